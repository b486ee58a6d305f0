"""What the sign-in page says."""

from service.i18n.page_texts import Words

WORDS: Words = {
    "title": ("登录", "Sign in"),
    "lead": (
        "把医疗器械企业的空间需求安排到园区：给出方案、证明质量、逐条说明理由。",
        "Places medical-device firms into park space: makes a plan, proves how good it is, and explains every yes and no.",
    ),
    "key": ("访问密钥", "Access key"),
    "key_hint": (
        "以 dak_ 开头，由管理员发放。首次启动时显示在服务的启动信息里。",
        "Begins with dak_; an administrator issues it. The first one is shown where the service was started.",
    ),
    "enter": ("登录", "Sign in"),
    "refused": (
        "这个密钥无效、已过期或已撤销。请核对后重新输入，或向管理员索取新的密钥。",
        "This key is not taken: unknown, expired or revoked. Check it, or ask an administrator for a new one.",
    ),
    "said_signed_out": ("您已退出。", "You have signed out."),
}
