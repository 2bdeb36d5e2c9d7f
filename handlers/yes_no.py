"""What people say for yes and for no, where a form is read out once more before it counts."""

YES = ("确认", "是", "是的", "好", "好的", "对", "行", "可以", "没问题", "确定", "提交", "嗯", "yes", "y", "ok", "okay", "sure", "confirm")  # fmt: skip
NO = ("不", "不要", "不了", "否", "不用", "算了", "no", "n", "nope")
