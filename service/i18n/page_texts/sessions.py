"""What the page of sessions says."""

from service.i18n.page_texts import Words

WORDS: Words = {
    "title": ("登录情况", "Sessions"),
    "lead": (
        "您当前在哪些浏览器上登录。有不认识的，请结束它，并请管理员撤销密钥。",
        "Where you are signed in. End what you do not know, and ask an administrator to revoke the key.",
    ),
    "began": ("登录时间", "Signed in"),
    "seen": ("最近使用", "Last used"),
    "browser": ("浏览器", "Browser"),
    "address": ("地址", "Address"),
    "key": ("密钥", "Key"),
    "this_one": ("当前浏览器", "this browser"),
    "end": ("结束", "End"),
    "end_others": ("结束其他所有登录", "End all others"),
    "none_kept": (
        "您由单位的登录代理进入，此处没有登录记录。",
        "A proxy of your office signs you in; no session is kept here.",
    ),
    "said_ended": ("已结束。", "Ended."),
}
