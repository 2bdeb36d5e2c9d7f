"""Two companies and a clinic that give parts of projects, and who stands for each."""

GIVERS = """
[[organization]]
id = "maple"
kind = "company"
name = "枫叶医药"
aliases = ["枫叶"]
[[organization]]
id = "cedar"
kind = "company"
name = "雪松科技"
[[organization]]
id = "clinic"
kind = "social"
name = "白鸽诊所"
[[member]]
id = "bo"
handle = "console:bo"
name = "柏四"
roles = ["representative@maple"]
[[member]]
id = "wen"
handle = "console:wen"
name = "文五"
roles = ["representative@cedar"]
[[member]]
id = "qin"
handle = "console:qin"
name = "秦六"
roles = ["representative@clinic"]
"""
