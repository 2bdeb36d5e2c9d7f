"""All words that the page says of itself; what it shows comes with its own."""

from handlers.words import Reader, say
from models.text import Text

_NAME = Text("邻里")
_WORDS = {
    "write": Text("要办什么？"),
    "hint": Text("直接说就行，比如：周六有什么活动"),
    "send": Text("发送"),
    "language": Text("语言 Language"),
    "back": Text("返回"),
    "cancel": Text("取消"),
    "skip": Text("跳到输入框"),
    "talk": Text("对话"),
    "menu": Text("菜单"),
    "form": Text("正在填写"),
    "me": Text("我："),
    "older": Text("更早的消息"),
    "new": Text("以下是新消息"),
    "sending": Text("发送中…"),
    "waiting": Text("等网络恢复后发送"),
    "later": Text("稍等，会自动发出"),
    "failed": Text("没发出去"),
    "again": Text("重发"),
    "long": Text("太长了，没发出去。请分几次发。"),
    "offline": Text("网络断了，您写的都会留着，连上就发。"),
    "answering": Text("正在回答"),
    "chosen": Text("已选"),
    "typing": Text("直接打字回答也行"),
    "type": Text("请打字回答"),
    "now": Text("现在"),
    "next": Text("接下来"),
    "coming": Text("接下来"),
    "nothing_coming": Text("您最近没有安排。"),
    "display": Text("显示"),
    "bigger": Text("大字"),
    "size": Text("文字大小"),
    "theme": Text("颜色"),
    "close": Text("关闭"),
    "return": Text("回到对话"),
    "persona": Text("演示：换一个人来用"),
    "be": Text("换成"),
    "forget": Text("忘掉这台设备"),
    "forget_why": Text("这台设备上的对话会清空，以后要重新认识您。"),
    "forget_do": Text("清空并忘掉"),
    "demo": Text("演示"),
    "map": Text("在地图中打开"),
    "open_file": Text("打开文件"),
    "code": Text("二维码"),
    "in_page": Text("在网页里打开"),
}
_SIZES = {
    "normal": Text("标准"),
    "large": Text("大字"),
    "care": Text("关怀"),
    "huge": Text("特大"),
}
_THEMES = {"auto": Text("跟随系统"), "light": Text("浅色"), "dark": Text("深色")}
# The script puts the real number where this one stands: the words for several are the same for all of them.
MANY = 99


def words(reader: Reader, name: str | None) -> dict[str, str]:
    """Every word of the page for this reader; `name` is the community's."""
    said = {key: say(text, reader) for key, text in _WORDS.items()}
    title = name or say(_NAME, reader)
    said["title"], said["avatar"], said["lang"] = title, title[0], reader.language
    said["speaker"] = say(Text("{name}：", name=title), reader)
    said["one_new"] = say(Text("{count}条新消息", count=1), reader)
    said["many_new"] = say(Text("{count}条新消息", count=MANY), reader)
    return said


def sizes(reader: Reader) -> list[tuple[str, str]]:
    """What the text sizes are called, smallest first."""
    return [(value, say(text, reader)) for value, text in _SIZES.items()]


def themes(reader: Reader) -> list[tuple[str, str]]:
    return [(value, say(text, reader)) for value, text in _THEMES.items()]
