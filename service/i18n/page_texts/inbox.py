"""What the inbox says."""

from service.i18n.page_texts import Words

WORDS: Words = {
    "title": ("工作台（待办）", "Inbox"),
    "lead_none": ("尚未公布方案。", "No plan is in force yet."),
    "lead_published": ("现行方案", "Plan in force"),
    "published_since": ("{moment} 由 {person} 公布", "since {moment}, published by {person}"),
    "concern": (
        "台账第 {number} 版涉及现行方案的 {firms} 家企业",
        "Registry version {number} concerns {firms} firms of the plan in force",
    ),
    "concern_grave": (
        "其中 {n} 家失去空间或不再符合条件，须重新安排。",
        "{n} of them lose their floor or no longer fit, and need another place.",
    ),
    "concern_light": ("所用空间的资料有变，仍符合条件。", "What their spaces offer has changed; they still fit."),
    "concern_see": ("查看企业名单", "See which"),
    "to_review": ("待审核的方案", "Plans waiting for review"),
    "batches": ("需求批次", "Batches of enquiries"),
    "runs": ("求解", "Runs"),
    "plans": ("方案", "Plans"),
    "batch": ("批次", "Batch"),
    "file": ("文件", "File"),
    "open_enquiries": ("待安排 / 全部", "open / all"),
    "district": ("范围", "For"),
    "run": ("求解", "Run"),
    "projects": ("项目数", "Projects"),
    "progress": ("进度", "Progress"),
    "result": ("结果", "Result"),
    "plan": ("方案", "Plan"),
    "placed": ("已落位 / 未落位", "placed / waiting"),
    "no_batches": (
        "还没有批次。上传一份企业需求表（Excel 或 CSV，列名可以不同），从这里开始。",
        "No batches yet. Upload a table of enquiries (Excel or CSV, with any headings) to begin.",
    ),
    "no_runs": ("还没有求解。上传批次后即可求解。", "No runs yet. Upload a batch, then solve it."),
    "demo_live": (
        "正在测算示范方案（{projects} 个项目），最长约 {time}；完成后本页自动更新，方案显示在下方。",
        "The demo plan ({projects} projects) is being solved, which takes {time} at most; this page then shows it below.",
    ),
    "no_plans": ("还没有方案。", "No plans yet."),
    "upload": ("上传新批次", "Upload a batch"),
    "solve_open": ("求解全部待安排需求", "Solve all open enquiries"),
    "seconds_left": ("已用 {seconds}", "{seconds} so far"),
    "gap": ("{goal}：差距 {gap}", "{goal}: gap {gap}"),
    "view_plan": ("查看方案", "Open plan"),
    "follow": ("查看进度", "Follow"),
    "live": ("每 3 秒自动更新", "updates every 3 s"),
}
