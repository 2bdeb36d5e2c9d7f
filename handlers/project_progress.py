"""How far a project is, in percent with a sentence and a photo: staff say it, who follows it reads it."""

from handlers import checks, photos, project_cards, project_news
from handlers.checks import Number
from handlers.project_states import mine, stands
from handlers.talk import Option, Phrase, Talk, anybody, on
from handlers.understanding.reading import Reading
from models import moves, phone, photo, project, project_flow
from models.card import Card
from models.text import Text

_SKIP = Option(0, Text("不发照片"), ("没有", "跳过", "不发", "skip", "no"))
_STEPS = tuple(Option(percent, Text("{percent}%", percent=percent)) for percent in (25, 50, 75))
_SAY = (
    Phrase(r"^(?:报进度|report progress)[.。!]*$", weight=8),
    Phrase(r"^(?:报|更新|填)(?:一下)?(?:项目)?(?:的)?进度|^report progress", weight=8, needs="project"),
)


def _named(reading: Reading) -> dict[str, object]:
    return {"number": reading.projects[0]} if len(reading.projects) == 1 else {}


@on("staff.project", head="sayprogress", allow=anybody, private=True, phrases=_SAY, reads=_named)
def progress(talk: Talk, number: int = 0) -> Card:
    one = mine(talk, number)
    if one.state != "running":
        return stands(talk, one)
    about = (project_cards.subject(talk.db, one),)
    check = Number(0, 100, lambda _: Text("请写0到100的数字。"))
    percent = talk.ask("percent", Text("完成了百分之几？"), *_STEPS, check=check, about=about)
    words = talk.ask("words", Text("做到哪一步了？写一句，大家看得到。"), check=_sentence, about=about)
    picture = talk.ask(
        "photo", Text("请发一张照片，没有可以跳过。"), _SKIP, check=photos.Picture(), about=about
    )
    kept = picture or None
    if kept is not None and not photo.use(talk.db, kept, talk.person.id, talk.now):
        kept = None
    if not project_flow.progress(talk.db, one, percent, words, kept, talk.person.id, talk.now):
        return stands(talk, one)
    text = Text(
        "{project}有进展，完成了{percent}%：{words}",
        project=project_cards.name(one),
        percent=percent,
        words=words,
    )
    event = f"progress {moves.event(talk.db, project.MACHINE, one.id)}"
    project_news.to_public(talk.db, one, text, event, talk.now, photos.attached(talk.db, kept))
    return stands(talk, one, Text("报上了，关注的人都收到了。"))


def _sentence(words: str) -> str:
    return phone.without(checks.words(words))
