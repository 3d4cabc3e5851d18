"""What the page of comparisons says, in both languages."""

from indicators.text import Text

PHRASES: dict[str, Text] = {
    "compare.add": Text("添加区域", "Add a region"),
    "compare.remove": Text("移除 {name}", "Remove {name}"),
    "compare.full": Text("最多 {n} 个区域", "At most {n} regions"),
    "compare.with": Text("或比较两个时段", "Or compare two periods"),
    "compare.previous": Text("与前一时段", "With the period before"),
    "compare.year": Text("与去年同期", "With last year"),
    "compare.dates": Text("与自选时段", "With other dates"),
    "compare.drop": Text("不再比较时段", "Leave out the other period"),
    "compare.choose": Text("选一个区域或一个时段来对比", "Choose a region or a period to compare with"),
    "compare.best": Text("最好", "best"),
    "compare.change": Text("变化", "Change"),
    "compare.axes": Text("每行的走势同一纵轴", "The courses of a row share one axis"),
    "compare.lengths": Text("两个时段长短不同（{first} 天、{second} 天）：合计数不能直接比，比率可以",
                            "The periods differ in length ({first} and {second} days): totals do not compare, ratios do"),
    "compare.running": Text("其中一个时段的末段还没有走完：合计数偏低，比率可以比",
                            "One of the periods still runs: its totals are not full yet, ratios compare"),
    "compare.caption": Text("{names}的指标对比", "Indicators of {names} side by side"),
    "compare.and": Text("、", ", "),
}
