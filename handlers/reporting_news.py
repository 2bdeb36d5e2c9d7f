"""Who hears of a report: who made it at once, with its number and the day of the answer, and the officers of the place."""

from typing import Any

from sqlalchemy import Row

from handlers import need_cards, photos
from handlers.supporting import tell_officer
from handlers.talk import Talk, press
from models import contact, follow, need, notice, phone, place, reporting
from models.card import Article, Card, Choice
from models.category import Sort
from models.refusal import Refusal
from models.reporting import Done, Report
from models.text import Moment, Text, as_said, prose

# So many of those who report the same are told to its officer one by one, then every so many.
_EACH, _ROUND = 3, 10
DANGER = Text("有人受伤或有危险，请先打120、119或110。")


def where(talk: Talk, report: Report) -> Text:
    """The place, and where in it."""
    if report.place is None:
        return as_said(report.spot) if report.spot else Text("地图上的位置")
    name = as_said(place.name(talk.db, report.place))
    if report.here and not report.spot and talk.lexicon.places[report.place].parent is None:
        return Text("{place}（{spot}）", place=name, spot=Text("地图上的位置"))
    if report.spot:
        return Text("{place}（{spot}）", place=name, spot=as_said(report.spot))
    return name


def submit(talk: Talk, report: Report, about: Sort) -> Card:
    """M1 to who reported it, M2 to the officer nearest to it; of a danger to all of them, at any hour."""
    done = reporting.submit(talk.db, talk.vault, talk.schedule, talk.person.id, report, talk.now)
    for officer in done.officers:
        _tell_officer(talk, officer, done, report, about)
    one = need.find(talk.db, done.number)
    assert one is not None
    text = Text(
        "收到了，编号是需{number}。{due}前给您第一次答复。发“我的诉求”，随时看办到哪一步。",
        number=done.number,
        due=Moment(done.due),
    )
    if report.urgent:
        name = Text("已经通知值班人员。") if done.officers else Text("值班人员还没联系上，请打12345。")
        text = Text("{danger}\n{told}{text}", danger=DANGER, told=name, text=text)
    article = need_cards.article(talk.db, one, spot=one.spot)
    return Card(text, articles=(article,), choices=(need_cards.look(one), need_cards.MINE), tone="done")


def join(talk: Talk, report: Report, survivor: int) -> Card:
    """M3: it is the same as another one, which he follows from now on; what he wrote goes along."""
    same = need.find(talk.db, survivor)
    if same is None or same.state in need.ENDED or same.visibility != "public":
        talk.leave(Refusal("need.ended", Text("请再报一次，那一件刚刚结束了。")), need_cards.REPORT)
    own = same.reporter_id == talk.person.id
    reporting.join(talk.db, talk.vault, talk.person.id, report, same, talk.now)
    followers = follow.count(talk.db, need=same.id)
    _tell_of_more(talk, report, same, own, followers)
    text = Text(
        "和需{number}是同一件，已为您关注，您说的也一起留着。现在有{count}位关注，办到哪一步都告诉您。",
        number=same.id,
        count=followers,
    )
    if own:
        text = Text("需{number}就是您报的，刚才说的补进去了。", number=same.id)
    article = need_cards.article(talk.db, same)
    return Card(text, articles=(article,), choices=(need_cards.look(same),), tone="done")


def _tell_of_more(talk: Talk, report: Report, same: Row[Any], own: bool, followers: int) -> None:
    """Who has the need reads what was said besides; where very many report one thing, not of each of them."""
    if not own and followers > _EACH and followers % _ROUND:
        return
    words = phone.seal_in(report.words, talk.vault)
    text = Text(
        "请看一看需{number}，又有人报了同一件，现在{count}位关注：\n{words}",
        number=same.id,
        count=followers,
        words=words,
    )
    if own:
        text = Text("请看一看需{number}，有人补充了情况：\n{words}", number=same.id, words=words)
    tell_officer(talk, same, text, f"more {talk.person.id} {talk.now.isoformat()}")


def _tell_officer(talk: Talk, officer: int, done: Done, report: Report, about: Sort) -> None:
    """Once for each; what is dangerous does not wait for the morning."""
    text = Text("请看一看新报来的需{number}，{due}前给第一次答复。", number=done.number, due=Moment(done.due))
    if report.urgent:
        text = Text("请马上处理需{number}，可能有人有危险。", number=done.number)
    facts = [(Text("地点"), where(talk, report)), (Text("内容"), as_said(phone.without(report.words)))]
    if report.photos:
        facts.append((Text("照片"), Text("{count}张", count=len(report.photos))))
    facts.append((Text("反映人"), _who(talk, report)))
    choices = (
        Choice(Text("受理"), press("acceptneed", done.number)),
        Choice(Text("看全部"), press("handleneed", done.number)),
    )
    article = Article(prose(about.name), need.ref(done.number), facts=tuple(facts), choices=choices)
    pictures = tuple(each for number in report.photos for each in photos.attached(talk.db, number))
    notice.tell_member(
        talk.db,
        [Card(text, articles=(article,), tone="notice", attachments=pictures)],
        officer,
        talk.now,
        key=f"need:{done.number}:new:{officer}",
        kind="question",
        rests=not report.urgent,
    )


def _who(talk: Talk, report: Report) -> Text:
    if report.anonymous:
        return Text("匿名")
    name = contact.name_of(talk.db, talk.person.id)
    return as_said(name) if name else Text("一位居民")
