"""Activities that not everybody simply comes to: with approval, a minimum, for some only, without companions."""

from pathlib import Path

from models import pack_file, store
from models.database import transaction
from tests.chat import Chat
from tests.conftest import PACK

_COURSES = """
[[organization]]
id = "singers"
kind = "club"
name = "春蕾口琴社"
place = "tower"

[[member]]
id = "tutor"
handle = "console:tutor"
name = "周老师"

[[activity]]
id = "drawing"
kind = "course"
title = "水彩入门"
place = "tower"
starts = 2026-11-27T14:00:00+08:00
ends = 2026-11-27T16:00:00+08:00
capacity = 3
approval = true
contact = "tutor"
questions = [{ key = "why", ask = "以前画过吗？", optional = true }]

[[activity]]
id = "calligraphy"
kind = "course"
title = "书法小班"
place = "tower"
starts = 2026-11-27T18:30:00+08:00
ends = 2026-11-27T20:00:00+08:00
capacity = 12
minimum = 3
companions = 1

[[activity]]
id = "terrace"
kind = "salon"
title = "露台种花"
place = "estate-station"
starts = 2026-11-28T14:00:00+08:00
ends = 2026-11-28T15:00:00+08:00
capacity = 10
for_places = ["estate"]

[[activity]]
id = "voices"
kind = "club"
title = "四声部练习"
place = "tower"
starts = 2026-11-28T19:00:00+08:00
ends = 2026-11-28T20:00:00+08:00
for_organizations = ["singers"]

[[activity]]
id = "round"
kind = "meeting"
title = "工会座谈"
place = "tower"
starts = 2026-11-28T16:00:00+08:00
ends = 2026-11-28T17:00:00+08:00
for_organizations = ["spruce-union"]
companions = 0
"""


def add(say: Chat, folder: Path) -> Chat:
    """The community of the tests with them."""
    pack = folder / "courses.toml"
    pack.write_text(_COURSES, "utf-8")
    with transaction(say.engine) as db:
        store.store(db, pack_file.read([PACK, pack]))
    return say
