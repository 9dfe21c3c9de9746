"""Places a question may name: 省级行政区, 省会, 计划单列市, named regions.

A plain list, since a dictionary's place names include too many everyday words.
"""

PLACES = (
    "北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 云南 陕西 甘肃 "
    "青海 台湾 内蒙古 广西 西藏 宁夏 新疆 香港 澳门 石家庄 太原 沈阳 长春 哈尔滨 南京 杭州 合肥 福州 南昌 济南 郑州 武汉 长沙 广州 "
    "海口 成都 贵阳 昆明 西安 兰州 西宁 呼和浩特 南宁 拉萨 银川 乌鲁木齐 深圳 厦门 青岛 大连 宁波 苏州 无锡 雄安 长三角 珠三角 京津冀 "
    "粤港澳 大湾区 前海 浦东 临港 横琴 长江中游 中原城市群 关中平原 北部湾 东北 美国 日本 韩国 欧盟 英国 德国 法国 俄罗斯"
).split()
