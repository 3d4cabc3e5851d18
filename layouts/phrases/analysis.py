"""What the pages of an indicator, of organizations and of reasons say, in both languages."""

from indicators.text import Text

PHRASES: dict[str, Text] = {
    # an indicator's course
    "course.none": Text("此时段没有可画的走势", "No course to draw in this period"),
    "course.band": Text("常态：此前 {weeks} 周同一星期几、同一时段数值的中间 80%",
                        "Normal: the middle 80% of the values of the same weekday and hour in {weeks} earlier weeks"),
    "course.no_band": Text("没有常态带：至少要有 {n} 周的历史，且按小时或按天",
                           "No normal band: it takes {n} earlier weeks, by hours or days"),
    "course.running": Text("未完", "still running"),
    "choropleth.none": Text("没有可画的边界", "No boundaries to draw"),
    "choropleth.aloud": Text("{title}，{n} 个{level}；{ends}", "{title}, {n} {level}; {ends}"),
    "indicator.way": Text("走势", "Course"),
    "indicator.map": Text("地图", "Map"),
    "indicator.rows.title": Text("数字背后的事实", "The facts behind the number"),
    "indicator.rows.all": Text("全部 {n} 条", "All {n}"),
    # how it is made
    "making.title": Text("这个数怎么来", "How this number is made"),
    "making.formula": Text("公式", "Formula"),
    "making.over": Text("分子", "Above"),
    "making.base": Text("分母", "Below"),
    "making.total": Text("合计", "Count"),
    "making.percentile": Text("把{of}从小到大排列，取第 {q} 百分位（误差不超过 3%）",
                              "The {of}, in order: the {q}th percentile (within 3%)"),
    "making.sources": Text("数据从哪来，质量如何", "Who sends the facts, and how good they are"),
    "making.no_source": Text("由行政区划算得，没有数据源", "Worked out from the boundaries: no source sends it"),
    # regions
    "multiples.title": Text("下级区域", "Regions"),
    "multiples.hint": Text("小图同一纵轴，可上下对照", "All small charts share one scale"),
    "multiples.caption": Text("{title}：{level}由好到差", "{title}: {level}, the best first"),
    "multiples.value": Text("数值", "Value"),
    "multiples.gap": Text("距目标", "From target"),
    "multiples.course": Text("走势", "Course"),
    "multiples.why": Text("为何", "Why"),
    "multiples.aloud": Text("{region}：最低 {low}，最高 {high}", "{region}: lowest {low}, highest {high}"),
    # how values are spread
    "spread.title": Text("分布", "Distribution"),
    "spread.none": Text("没有可比的下级区域", "No regions to compare"),
    "spread.median": Text("中位数", "Median"),
    "spread.numbers": Text("{n} 个{level}：最低 {minimum}，四分之一处 {q1}，中位数 {median}，四分之三处 {q3}，最高 {maximum}",
                           "{n} {level}: lowest {minimum}, quarter {q1}, median {median}, "
                           "three quarters {q3}, highest {maximum}"),
    "spread.relation": Text("与另一指标的关系", "Beside another indicator"),
    "spread.with": Text("对照", "Beside"),
    "spread.strength": Text("{n} 个{level} · 皮尔逊 r = {pearson} · 斯皮尔曼 ρ = {spearman}",
                            "{n} {level} · Pearson r = {pearson} · Spearman ρ = {spearman}"),
    "spread.too_few": Text("{n} 个{level}：少于 {least} 个或数值都相同，不算相关系数",
                           "{n} {level}: fewer than {least}, or all alike, so no coefficient"),
    "spread.left_out": Text(" · 另 {n} 个缺数", " · {n} more lack a value"),
    "spread.cause": Text("同涨同落不等于因果：可能有第三个原因，也可能只是巧合。",
                         "Going together is not cause: a third thing may drive both, or chance."),
    # by class, agency and channel
    "parting.title": Text("构成", "By class, agency and channel"),
    "parting.hint": Text("点击任一条，只看这些案件", "Press a bar to see only its cases"),
    "parting.n": Text("{n} 件", "of {n}"),
    # reasons
    "why.link": Text("为何变化 ›", "Why it changed ›"),
    "why.title": Text("变化的构成", "What the change is made of"),
    "why.by": Text("按什么拆分", "Taken apart by"),
    "why.by.region": Text("区域", "Regions"),
    "why.by.class": Text("类别", "Classes"),
    "why.by.agency": Text("部门", "Agencies"),
    "why.by.channel": Text("渠道", "Channels"),
    "why.against": Text("与何时比", "Compared with"),
    "why.nothing": Text("没有可比的数值", "There is nothing to compare"),
    "why.equation": Text("= 结构 {mix} ＋ 各部分自身 {rate}", "= mix {mix} + the parts' own rates {rate}"),
    "why.rest": Text("＋ 未归入任何部分 {rest}", "+ in none of the parts {rest}"),
    "why.rest.name": Text("未归入任何部分", "In none of the parts"),
    "why.before": Text("此前", "Before"),
    "why.after": Text("此期", "Now"),
    "why.mix": Text("结构", "Mix"),
    "why.rate": Text("自身", "Own rate"),
    "why.contribution": Text("贡献", "Contribution"),
    "why.bar": Text("由此前到此期", "From before to now"),
    "why.whole.before": Text("合计 · 此前", "The whole, before"),
    "why.whole.after": Text("合计 · 此期", "The whole, now"),
    "why.n": Text("{n} 条", "of {n}"),
    "why.how.total": Text("总量的变化等于各部分之差相加，横条一段接一段。还没有走完的时段，两边都不计。",
                          "A total changes by the sum of its parts' differences; each bar starts where the one above ends. "
                          "What still runs is left out of both sides."),
    "why.how.ratio": Text(
        "自身：这一部分自己的率变了，按前后平均的占比计。结构：它在整体中的占比变了，按其率高出或低于整体多少计。"
        "两者之和是它的贡献；全部贡献相加，正好是整体的变化。还没有走完的时段，两边都不计。",
        "Own rate: the part's rate changed, counted at the mean of its shares before and now. "
        "Mix: its share of the whole changed, counted by how far its rate lies above or below the whole's. "
        "Both add up to its contribution, and all contributions to the change of the whole. "
        "What still runs is left out of both sides."),
}
