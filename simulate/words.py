"""The words of what is simulated, in the language that the city's own registers are kept in."""

from simulate import steps
from simulate.pack import Language

Words = dict[Language, dict[str, str]]

COMMA: dict[Language, str] = {"en": ", ", "zh": "，"}
BETWEEN: dict[Language, str] = {"en": " ", "zh": ""}

NOTES: dict[Language, dict[int, tuple[str, ...]]] = {
    "en": {
        steps.RETURNED: ("Not in our remit", "Outside our area", "Belongs to a private owner", "Already with another agency"),
        steps.SUSPENDED: ("Waiting for parts", "Waiting for a permit", "Waiting for dry weather", "Nobody let us in"),
        steps.REWORKED: ("Not finished", "Came back within a day", "Site not cleaned", "Wrong place done"),
    },
    "zh": {
        steps.RETURNED: ("不属于本单位职责", "不在本辖区", "属私人产权", "已由其他单位受理"),
        steps.SUSPENDED: ("等待配件", "等待审批", "等待天气转好", "无法入户"),
        steps.REWORKED: ("未处置完毕", "一日内复发", "现场未清理", "处置地点有误"),
    },
}

CALLS: Words = {
    "en": {
        "noise": "Loud music or works at night",
        "heating": "No heat or hot water",
        "housing": "A question about a lease or repairs",
        "sanitation": "When is the next collection?",
        "roads": "When will the road works end?",
        "parking": "A blocked driveway",
        "water": "Low pressure or discoloured water",
        "trees": "Roots lift the pavement",
        "street_lights": "The street is dark",
        "pests": "Rats in the yard",
        "animals": "A stray dog",
        "safety": "A dangerous place",
        "services": "Opening hours and documents",
        "other": "Something else",
    },
    "zh": {
        "noise": "夜间施工或音乐扰民",
        "heating": "没有暖气或热水",
        "housing": "咨询租赁或房屋维修",
        "sanitation": "垃圾什么时候清运",
        "roads": "道路施工什么时候结束",
        "parking": "车辆堵住出入口",
        "water": "水压低或水质发黄",
        "trees": "树根拱起人行道",
        "street_lights": "路灯不亮",
        "pests": "院内有老鼠",
        "animals": "流浪狗",
        "safety": "存在安全隐患",
        "services": "咨询办事时间和材料",
        "other": "其他事项",
    },
}

# An enterprise is called by one or two of these and by what it does.
FIRST_WORDS: dict[Language, tuple[str, ...]] = {
    "en": ("Harbor", "Hudson", "Liberty", "Empire", "Atlantic", "Summit", "Evergreen", "Union", "Bright", "Golden", "North",
           "Riverside", "Beacon", "Metro", "Maple", "Silver", "Cornerstone", "Pioneer", "Horizon", "Lantern"),
    "zh": ("恒泰", "瑞丰", "嘉禾", "鸿运", "永兴", "众诚", "华盛", "安顺达", "新源", "林海",
           "云岭", "金阳", "长青", "百川", "同心", "明德", "远航", "博雅", "天成", "盛和"),
}
LAST_WORDS: Words = {
    "en": {"retail": "Store", "catering": "Kitchen", "construction": "Builders", "manufacturing": "Works",
           "logistics": "Freight", "information": "Software", "finance": "Capital", "real_estate": "Realty",
           "health": "Clinic", "education": "School", "culture": "Studio", "services": "Services"},
    "zh": {"retail": "商店", "catering": "餐饮店", "construction": "建筑公司", "manufacturing": "制造厂",
           "logistics": "物流公司", "information": "软件公司", "finance": "投资公司", "real_estate": "置业公司",
           "health": "诊所", "education": "培训学校", "culture": "文化工作室", "services": "服务部"},
}
