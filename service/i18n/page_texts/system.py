"""Words that the service itself stores – names of runs, notes, reasons, who it is – as a Chinese reader reads them."""

import re
from collections.abc import Mapping

from maps.payload.reason_labels import REASONS

_WHOLE: Mapping[str, tuple[str, str]] = {
    "system": ("系统", "system"),
    "first-use": ("系统（首次启动）", "first-use"),
    "nightly": ("系统（夜间优化）", "nightly"),
    "from files": ("由文件导入", "from files"),
    "the seed registry": ("随附台账", "the seed registry"),
    "cancelled on request": ("按要求取消", "cancelled on request"),
    "no plan was found within the time limit": ("时限内没有找到方案", "no plan was found within the time limit"),
    "Its space is not in the registry any more.": (
        "其空间已不在台账中。",
        "Its space is not in the registry any more.",
    ),
}
_NIGHT = re.compile(r"nightly (\d{4}-\d{2}-\d{2})")
_CONFLICT = re.compile(r"these rules cannot hold together: (.*)", re.DOTALL)
_BOTH: Mapping[str, tuple[str, str]] = {
    "示范批次 Demo batch": ("示范批次", "Demo batch"),
    "示范方案 Demo plan": ("示范方案", "Demo plan"),
}


def own(text: str, language: str) -> str:
    """A stored text in the reader's language where the service wrote it; what people wrote stays as it is."""
    halves = text.split(" / ")
    if len(halves) == 2 and any("\u4e00" <= sign <= "\u9fff" for sign in halves[0]):
        return halves[0 if language == "zh" else 1]
    if text in _BOTH:
        return _BOTH[text][0 if language == "zh" else 1]
    if language != "zh":
        return text
    if night := _NIGHT.fullmatch(text):
        return f"夜间优化 {night[1]}"
    if conflict := _CONFLICT.fullmatch(text):
        return "以下规则不能同时满足：" + "；".join(map(_row, conflict[1].split(", ")))
    return _WHOLE[text][0] if text in _WHOLE else text


def _row(name: str) -> str:
    """A row of the model, ``rule/where``, by the rule's title."""
    rule, _, where = name.partition("/")
    title = REASONS.get(f"displaced/{rule}", {}).get("zh", rule)
    return f"{title}（{where}）" if where else title


ACTIONS: Mapping[str, tuple[str, str]] = {
    "batch.store": ("存入批次", "store a batch"),
    "batch.withdraw": ("撤回需求", "withdraw enquiries"),
    "batch.reopen": ("恢复需求", "undo a withdrawal"),
    "key.make": ("发放密钥", "issue a key"),
    "key.revoke": ("撤销密钥", "revoke a key"),
    "data.exported": ("下载文件", "fetch a file"),
    "form.refused": ("表单被拒绝", "a form is refused"),
    "key.refused": ("密钥被拒绝", "a key is refused"),
    "limit.hit": ("请求过于频繁", "too many requests"),
    "night.close": ("结束夜间优化", "close a night"),
    "plan.answer": ("存入方案分析", "keep an answer about a plan"),
    "plan.approve": ("批准方案", "approve a plan"),
    "plan.propose": ("提交审核", "propose a plan"),
    "plan.publish": ("公布方案", "publish a plan"),
    "plan.reject": ("退回方案", "send a plan back"),
    "plan.store": ("存入方案", "store a plan"),
    "plan.supersede": ("方案被替代", "a plan is superseded"),
    "registry.store": ("存入台账", "store a registry"),
    "right.refused": ("越权请求被拒绝", "a right is refused"),
    "run.cancel": ("请求停止测算", "ask a run to stop"),
    "run.create": ("提交测算", "ask for a run"),
    "run.end": ("测算结束", "end of a run"),
    "scenario.store": ("存入情景", "store a scenario"),
    "session.begin": ("登录", "sign in"),
    "session.end": ("结束登录", "end a session"),
    "sign-in.refused": ("登录被拒绝", "a sign-in is refused"),
    "study.cancel": ("取消研究", "cancel a study"),
    "study.create": ("提交研究", "ask for a study"),
    "sweep.create": ("提交情景组", "ask for a set of scenarios"),
}
"""What the audit calls each action."""

FACTS: Mapping[str, tuple[str, str]] = {
    "address": ("地址", "address"),
    "attempt": ("次数", "attempt"),
    "because": ("理由", "reason"),
    "based_on": ("基于", "based on"),
    "basis_plan": ("现行方案", "plan in force"),
    "bytes": ("字节", "bytes"),
    "cancelled": ("已取消", "cancelled"),
    "content": ("内容指纹", "fingerprint"),
    "content_hash": ("内容指纹", "fingerprint"),
    "district": ("区", "district"),
    "document": ("方案文件", "document"),
    "expires_at": ("有效期至", "expires"),
    "file": ("文件", "file"),
    "from": ("由", "from"),
    "input_hash": ("输入指纹", "fingerprint of the inputs"),
    "keep": ("保留", "keep"),
    "key_id": ("密钥", "key"),
    "kind": ("类别", "kind"),
    "label": ("标签", "label"),
    "media_type": ("文件类型", "type of file"),
    "method": ("方法", "method"),
    "members": ("成员", "members"),
    "name": ("名称", "name"),
    "note": ("说明", "note"),
    "person": ("人员", "person"),
    "plan": ("方案", "plan"),
    "plan_id": ("方案", "plan"),
    "projects": ("需求", "enquiries"),
    "question": ("问题", "question"),
    "reason": ("原因", "reason"),
    "registry": ("台账", "registry"),
    "repeats": ("重复次数", "repeats"),
    "replaced": ("已替换", "replaced"),
    "role": ("角色", "role"),
    "route": ("路径", "route"),
    "run": ("测算", "run"),
    "run_id": ("测算", "run"),
    "scenario_id": ("情景", "scenario"),
    "sha256": ("指纹", "fingerprint"),
    "state": ("状态", "state"),
    "superseded": ("被替代", "superseded"),
    "to": ("至", "to"),
    "why": ("原因", "reason"),
}
"""What the audit calls the facts of an entry; others stand as they were kept."""

VALUES: Mapping[str, tuple[str, str]] = {
    "admin": ("管理员", "administrator"),
    "approved": ("已批准", "approved"),
    "cancelled": ("已取消", "cancelled"),
    "demo": ("示范", "demo"),
    "draft": ("草案", "draft"),
    "failed": ("失败", "failed"),
    "idle": ("未运行", "idle"),
    "infeasible": ("无可行方案", "infeasible"),
    "nightly": ("夜间", "nightly"),
    "no_plan": ("时限内无方案", "no plan in time"),
    "nothing": ("无需调整", "nothing worth changing"),
    "operator": ("运维", "operator"),
    "planner": ("规划", "planner"),
    "proposed": ("待审核", "proposed"),
    "published": ("现行", "in force"),
    "quarantined": ("已隔离", "quarantined"),
    "rejected": ("已退回", "sent back"),
    "reviewer": ("审核", "reviewer"),
    "succeeded": ("已完成", "done"),
    "superseded": ("已被替代", "superseded"),
    "viewer": ("查看", "viewer"),
}
"""States, roles and kinds among the facts of an entry."""

CODED = frozenset({"from", "kind", "role", "state", "to"})
"""Facts whose values are such codes."""
