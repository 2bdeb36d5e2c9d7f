"""What staff can do with a project, as buttons on it."""

from typing import Any

from sqlalchemy import Row

from handlers.talk import Talk, press
from models import project_people, showcase
from models.card import Choice
from models.text import Text


def choices(talk: Talk, one: Row[Any]) -> tuple[Choice, ...]:
    """Those that fit its state; nobody else sees them."""
    if not project_people.looks_after(talk.db, one, talk.person.id):
        return ()
    found = []
    if one.state in ("claiming", "ready", "running"):
        found.append(Choice(Text("处理认领"), press("claimqueue", one.id)))
    if one.state == "ready":
        found.append(Choice(Text("开工"), press("startproject", one.id)))
    if one.state == "running":
        found.append(Choice(Text("报进度"), press("sayprogress", one.id)))
    if one.state in ("ready", "running"):
        found.append(Choice(Text("完成项目"), press("wrapproject", one.id)))
    if one.state in ("claiming", "ready", "running"):
        found.append(Choice(Text("办一场活动"), press("eventproject", one.id)))
    if one.state == "running":
        found.append(Choice(Text("暂停"), press("pauseproject", one.id)))
    if one.state == "paused":
        found.append(Choice(Text("继续"), press("goonproject", one.id)))
    if one.state in ("claiming", "ready", "running", "paused"):
        found.append(Choice(Text("取消项目"), press("stopproject", one.id)))
    if one.state == "reported":
        found.append(Choice(Text("归档"), press("fileproject", one.id)))
    if one.state in showcase.FINISHED:
        shown = one.shown_at is not None
        found.append(Choice(Text("不展示了"), press("showcasehide", one.id)) if shown else Choice(Text("放进展示"), press("showcaseput", one.id)))  # fmt: skip
        found.append(Choice(Text("复制"), press("copyproject", one.id)))
        found.append(Choice(Text("续办"), press("renewproject", one.id)))
    return tuple(found)
