"""What briefings say: templates around the facts, in both languages."""

from indicators.text import Text

PHRASES: dict[str, Text] = {
    "briefing.title": Text("{place}{kind}", "{place}: {kind}"),
    "briefing.daily": Text("日报", "daily briefing"),
    "briefing.weekly": Text("周报", "weekly briefing"),
    "briefing.monthly": Text("月报", "monthly briefing"),
    "briefing.made": Text("数字截至期末；每个数字都通向其口径", "Numbers are those at the end; each leads to its definition"),
    "briefing.running": Text("本期尚未结束，数字为目前的", "This period still runs; numbers are as of now"),
    "briefing.before": Text("上一期", "the one before"),
    "briefing.after": Text("下一期", "the one after"),
    "briefing.moved": Text("变化", "What changed"),
    "briefing.dimensions": Text("六个维度", "Six dimensions"),
    "briefing.card": Text("主要指标", "Leading indicators"),
    "briefing.state": Text("（{state}）", " ({state})"),
    "briefing.change": Text("，{since} {arrow} {size}", ", {since} {arrow} {size}"),
    "briefing.rank": Text("，{of} 个同级中第 {place}", ", place {place} of {of} peers"),
    "briefing.stop": Text("；", "; "),
    "briefing.end": Text("。", "."),
    "briefing.colon": Text("：", ": "),
    "briefing.silent": Text("{n} 项没有可说的数字", "{n} have no number to tell"),
    "briefing.kept": Text("已存的简报", "Kept briefings"),
}
