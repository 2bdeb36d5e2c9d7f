"""办事: a service is found as people say it, by its kind or for a province; its card says what to bring and where."""

from pathlib import Path

import pytest

from bot import community
from tests.chat import Chat

_NAMES = (
    ("permit", "证件", "居住证办理", 'aliases = ["residence permit"]\npinned = true\nmaterials = ["身份证原件", "租赁合同"]\nfee = "免费"\ntakes = "15个工作日"\nslots = "Mon-Fri 09:00-11:30/15min x2"\nonline = "https://example.org/permit"\ndesk = "1号窗口"\nchecked = 2026-11-02\nsummary = "外地来的朋友住满半年就能办"\nstations = ["tower-station"]'),
    ("card", "证件", "社保卡申领", 'pinned = true\nmaterials = ["身份证原件"]\nchecked = 2026-05-01\nstations = ["tower-station", "estate-station"]'),
    ("lost", "证件", "社保卡补领", 'aliases = ["补社保卡"]\nfee = "20元"'),
    ("wages", "劳动", "劳动争议调解", 'materials = ["劳动合同"]\nstations = ["tower-station"]'),
    ("archive", "民政", "婚姻登记档案查询", 'materials = ["身份证原件"]'),
    ("anhui", "跨省窗口", "安徽婚姻登记档案代查", 'kind = "window"\nprovince = "安徽"'),
    ("jiangsu", "跨省窗口", "江苏婚姻登记档案代查", 'kind = "window"\nprovince = "江苏"'),
    ("check", "跨省窗口", "异地材料代验", 'kind = "window"'),
    *((f"tax{nth}", "税务", f"税务事项{nth}", "") for nth in range(1, 8)),
)  # fmt: skip
PACK = "".join(
    f'[[service]]\nid = "{code}"\ncategory = "{category}"\nname = "{name}"\n{more}\n\n'
    for code, category, name, more in _NAMES
)
CARD = """\
居住证办理
外地来的朋友住满半年就能办
带什么：身份证原件、租赁合同
费用：免费
多久：15个工作日
地点：云杉大厦服务站1号窗口，云杉路1号2楼，周一至周五 09:00–18:00、周六 09:00–12:00（{now}）
网上办：https://example.org/permit
内容核对：2026-11-02"""


@pytest.fixture
def say(say_on_both: Chat, tmp_path: Path) -> Chat:
    file = tmp_path / "services.toml"
    file.write_text(PACK, "utf-8")
    community.load(say_on_both.engine, [file], say_on_both.clock)
    return say_on_both


def test_a_service_is_shown_with_all_that_one_needs_to_know(say: Chat) -> None:
    shown = say("居住证办理要带什么")
    assert (shown.did, shown.refs) == ("service.search", ["service:permit"])
    assert shown.text == CARD.format(now="现在开着，18:00关门")
    assert [shown.buttons[label].split()[0] for label in ("预约", "材料清单", "问一问")] == [
        "book",
        "materials",
        "person",
    ]
    # Also from a poster, and on another day with other hours.
    say.at("2026-11-28T13:00:00+08:00")
    again = say(f"service {shown.buttons['预约'].split()[1]}", "he")
    assert (again.did, again.text) == ("service.show", CARD.format(now="现在休息，周一09:00开门"))
    english = say("What documents do I need for a residence permit?", "anna")
    assert english.refs == ["service:permit"]
    assert "Bring: 身份证原件, 租赁合同" in english.text


def test_what_people_say_finds_it(say: Chat) -> None:
    assert say("老板不发工资找谁").refs == ["service:wages"]
    assert say("社宝卡不见了怎么办").refs[0] == "service:lost"
    assert say("我的社保卡丢了").refs[0] == "service:lost"
    assert say("my boss hasn't paid me for two months, who can help", "anna").refs[0] == "service:wages"
    assert say("辦居住證要帶什麼文件?").refs[0] == "service:permit"
    # One number more, one service more.
    several = say("社保卡")
    assert several.text.startswith("您要办的可能是这几项，看哪一项：\n\n1. ")
    assert say("2").did == "service.show"


def test_the_list_begins_with_what_most_people_come_for(say: Chat) -> None:
    listed = say("办事")
    assert (listed.did, listed.refs) == ("service.search", ["service:permit", "service:card"])
    assert listed.text.startswith("要办什么，直接说一句就行，比如“居住证办理”。一共")
    assert listed.labels[2:] == ["证件", "劳动", "民政", "跨省窗口", "税务"]
    first = say.press("税务")
    assert first.refs == [f"service:tax{nth}" for nth in range(1, 6)]
    assert first.text.startswith("税务有7项：")
    more = say.press("更多（还有2项）")
    assert (more.did, more.refs) == ("service.search", ["service:tax6", "service:tax7"])
    assert say("税务有哪些事项").refs == first.refs
    # A page that is long gone and a kind that is none lead to the list.
    assert (
        say("servicepage 999").text == say("category 999999999").text == say("categories").text == listed.text
    )


def test_a_long_catalogue_shows_its_first_categories_and_a_way_to_the_others(
    say: Chat, tmp_path: Path
) -> None:
    file = tmp_path / "more.toml"

    def load(many: int) -> None:
        kinds = (
            f'[[service]]\nid = "kind{n}"\ncategory = "第{n}类"\nname = "事项{n}"\n' for n in range(many)
        )
        file.write_text("\n".join(kinds), "utf-8")
        community.load(say.engine, [file], say.clock)

    load(4)
    assert len(say("办事").labels) == 2 + 9
    load(9)
    listed = say("办事")
    assert listed.labels[2:] == [
        "证件",
        "劳动",
        "民政",
        "跨省窗口",
        "税务",
        "第0类",
        "第1类",
        "第2类",
        "其他类别",
    ]
    # What is pinned is named alone, so that the categories are on the screen as well.
    assert "带什么" not in listed.text
    others = say.press("其他类别")
    assert (others.did, others.labels) == ("service.search", [*(f"第{n}类" for n in range(3, 9)), "全部事项"])
    assert say("1").refs == ["service:kind3"]


def test_a_province_has_exactly_its_own_and_what_is_for_all(say: Chat) -> None:
    assert say("安徽能办什么").refs == ["service:anhui", "service:check"]
    assert say("安徽").refs == ["service:anhui", "service:check"]
    assert say("江苏的专窗有哪些事项").refs == ["service:jiangsu", "service:check"]
    assert say("在湖南能办什么").refs == ["service:check"]
    asked = say("合肥领的结婚证,档案在这边能查吗")
    assert asked.refs[0] == "service:anhui"
    assert "service:jiangsu" not in asked.refs
    assert say("婚姻登记档案查询").refs[0] == "service:archive"


def test_what_nobody_checked_for_long_and_what_is_paused_says_so(say: Chat, tmp_path: Path) -> None:
    old = say("社保卡申领")
    assert "内容核对：2026-05-01（过了半年，来之前请先问一声）" in old.text
    assert old.text.count("地点：") == 2
    paused = tmp_path / "paused.toml"
    paused.write_text(PACK.replace("pinned = true\nmat", "pinned = true\npaused = true\nmat", 1), "utf-8")
    community.load(say.engine, [paused], say.clock)
    shown = say("居住证办理")
    assert shown.text.startswith("居住证办理【暂停办理】")
    assert "预约" not in shown.labels
    assert say("service 123456789").text == "请从目录里找，没有找到这一项。"
    assert say.press("全部事项").text == say("办事").text


def test_what_is_wrong_somewhere_and_what_is_on_are_something_else(say: Chat) -> None:
    assert say("楼道的灯坏了怎么办").did == "need.report"
    say("取消")
    assert say("周六有什么活动").did == "activity.search"
    assert say("有没有法律讲座").did == "activity.search"
    # While a form waits for words of one's own they are the answer; what only an office is asked is answered beside it.
    say("反映问题")
    assert say("要办居住证的窗口没人管").did == "answer"
    say("取消")


def test_what_is_said_of_activities_too_is_asked_of_a_service_that_is_named_surely(say: Chat) -> None:
    for said in ("居住证办理要报名吗", "取消居住证怎么弄", "被老板辞退拖工资要去哪投诉"):
        shown = say(said)
        assert (said, shown.did) == (said, "service.search")
        assert shown.refs[0] in ("service:permit", "service:wages")
    # An activity that is named is still what one registers for.
    assert say("报名午间瑜伽", "he").did == "activity.register"
    assert say("取消午间瑜伽", "he").did == "activity.cancel"


def test_a_service_yields_to_a_title_that_is_named_and_not_to_one_that_shares_a_word(
    say: Chat, tmp_path: Path
) -> None:
    file = tmp_path / "activities.toml"
    file.write_text(
        '[[activity]]\nid = "desk"\nkind = "lecture"\ntitle = "住证之外：补社保卡一小时"\nplace = "tower-station"\n'
        "starts = 2026-11-27T12:00:00+08:00\nends = 2026-11-27T13:00:00+08:00\n",
        "utf-8",
    )
    community.load(say.engine, [file], say.clock)
    assert say("报名补社保卡一小时").did == "activity.register"
    assert say("居住证要报名吗", "he").refs[0] == "service:permit"


def test_an_exact_name_shows_its_one_card(say: Chat) -> None:
    assert say("补社保卡要什么材料").refs == ["service:lost"]
    assert len(say("社保卡要什么材料").refs) > 1
