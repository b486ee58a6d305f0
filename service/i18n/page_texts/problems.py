"""Problems in words: a heading by status, and a sentence by kind where the API's own is English alone."""

from service.i18n.page_texts import Words

HEADINGS: Words = {
    "400": ("请求无法读取", "The request cannot be read"),
    "401": ("请先登录", "Please sign in"),
    "403": ("您没有这项权限", "You may not do this"),
    "404": ("页面不存在或无权查看", "No such page, or not yours to see"),
    "405": ("此处不能这样操作", "This cannot be done here"),
    "408": ("上传过慢", "The upload was too slow"),
    "409": ("与当前情况不符", "This does not go with how things stand"),
    "412": ("内容已被他人更改", "It has changed since you read it"),
    "413": ("文件过大", "The file is too large"),
    "415": ("不支持这种文件", "This kind of file is not taken"),
    "422": ("内容有误", "The content does not hold"),
    "428": ("缺少版本号", "The version is missing"),
    "429": ("请求过于频繁", "Too many requests"),
    "500": ("系统内部错误", "A defect of ours"),
    "503": ("系统繁忙", "Not now"),
}

SENTENCES: Words = {
    "not-found": (
        "没有这个页面或对象，或者您无权查看。请检查地址，或返回工作台。",
        "There is no such page or thing, or you may not see it. Check the address, or go back to the inbox.",
    ),
    "not-allowed": (
        "您的角色不能执行此操作。请联系管理员，或换用有权限的账号登录。",
        "Your role may not do this. Ask an administrator, or sign in with a key that may.",
    ),
    "stale-version": (
        "在您查看之后，已有人更改了它。没有保存您的操作；请重新打开页面，看过之后再决定。",
        "Somebody changed it after you read it. Nothing of yours was stored; open the page again and decide anew.",
    ),
    "same-person": (
        "方案须由提出者以外的人批准（双人复核）。请由另一位审核人员批准。",
        "A plan is approved by another person than the one who proposed it (four eyes).",
    ),
    "raced": (
        "另有人同时更改了方案，请重新打开页面。",
        "Somebody else changed the plan at the same moment; open it again.",
    ),
    "over": ("这次求解已经结束。", "The run is over already."),
    "method": ("这里不能这样操作。请返回工作台。", "This cannot be done here. Go back to the inbox."),
    "http": ("这个请求无法处理。请返回工作台再试。", "The request cannot be dealt with. Go back to the inbox."),
    "contention": (
        "另有人正在更改同一内容，没有更改任何内容。请稍候再试。",
        "Others are changing this; nothing was changed. Try again in a moment.",
    ),
    "busy": ("同时使用的人太多，请稍候再试。", "Too many people are using this right now; try again in a moment."),
    "database": (
        "数据库暂时没有响应，没有更改任何内容。请稍候再试。",
        "The database does not answer; nothing was changed.",
    ),
    "too-many": ("请求过于频繁，请稍候再试。", "There were too many requests; wait a moment."),
    "queue-full": (
        "已有太多求解在排队，没有新增。请等待部分完成，或取消一些后再试。",
        "Too many runs are waiting already; none was added. Wait until some are done, or cancel some.",
    ),
    "defect": ("请求触发了系统缺陷，已记入日志。", "The request met a defect of ours; it is in the log."),
    "no-registry": ("尚无园区台账，请先由运维人员导入。", "There is no registry yet; an operator stores one first."),
    "not-open": (
        "方案的当前状态不允许这一步，请重新打开页面查看。",
        "The plan is not in a state for this step; open the page again.",
    ),
    "not-withdrawn": (
        "有需求不能恢复：它没有被撤回，或者同编号的需求已在待安排之列。",
        "An enquiry cannot be opened again: it is not withdrawn, or its id is in use by an open one.",
    ),
    "old-names": (
        "这一方案的文件写有其他区现有租户的名称，不能打开。请重新求解。",
        "The files of this plan name tenants of other districts. Ask for the plan anew.",
    ),
    "old-basis": (
        "该方案所依据的现行方案已被替换，请以新的现行方案重新求解。",
        "Another plan was published since this one was made; plan anew from it.",
    ),
    "district-plan": (
        "单个区的方案只供本区使用，不能提交审核。",
        "A plan of one district's enquiries is for its own use and cannot be proposed.",
    ),
    "forged": (
        "表单已过期或不是从本页面提交的，没有保存任何内容。请重新打开页面再试。",
        "The form has expired or was not sent from this page; nothing was stored. Open the page again.",
    ),
    "no-rows": (
        "没有找到表头和数据行。第一行（或前几行）应为列名，其下每行一个企业。",
        "No headings with rows below were found. The first rows should name the columns, with a firm a row below.",
    ),
    "no-reason": ("退回方案须写明理由。", "A plan is sent back with a reason; write one."),
    "block": ("新增空间的面积须为 1 至 1,000,000 平方米。", "A block of floor has 1 to 1,000,000 m²."),
    "field": (
        "表单中有一栏不能读取，没有保存任何内容。请返回核对。",
        "A field of the form cannot be read; nothing was stored. Go back and check it.",
    ),
    "too-slow": (
        "内容传送过慢，已中断，没有更改任何内容。请检查网络后重试。",
        "The content came too slowly and was cut off; nothing was changed. Check the network and try again.",
    ),
    "unreadable": ("请求无法读取，请返回工作台再试。", "The request cannot be read. Go back to the inbox."),
    "too-large": ("文件超过大小上限。请拆分后再上传。", "The file is larger than is taken; split it."),
}
