"""What the audit's page says."""

from service.i18n.page_texts import Words

WORDS: Words = {
    "title": ("审计", "Audit"),
    "lead": (
        "谁在何时对什么做了什么。每条记录都以前一条的指纹封存。",
        "Who did what to what, and when. Each entry is sealed by the one before.",
    ),
    "chain_holds": ("{n} 条记录的链条完整。", "The chain of all {n} entries holds."),
    "chain_broken": ("链条在第 {n} 条断裂：{why}", "The chain breaks at entry {n}: {why}"),
    "chain_last": ("末条指纹", "Last seal"),
    "chain_keep": (
        "请将末条指纹另行保存：链条看不出末尾被截断。",
        "Keep the last seal elsewhere: a chain cannot see that its end was cut off.",
    ),
    "chain_unchecked": ("{n} 条记录，尚未核对链条。", "{n} entries; the chain was not checked just now."),
    "check_now": ("立即核对", "Check it now"),
    "filter": ("筛选", "Filter"),
    "person": ("人员", "Person"),
    "action": ("操作", "Action"),
    "subject": ("对象", "Subject"),
    "subject_hint": ("可只写开头，如 plan/", "its beginning will do, such as plan/"),
    "anybody": ("所有人", "anybody"),
    "any_action": ("所有操作", "any"),
    "apply": ("筛选", "Show"),
    "clear": ("清除", "Clear"),
    "entries": ("记录", "Entries"),
    "number": ("编号", "No."),
    "when": ("时间", "When"),
    "detail": ("详情", "Detail"),
    "seal": ("封印", "Seal"),
    "no_entries": ("没有符合条件的记录。", "No entry matches."),
}
