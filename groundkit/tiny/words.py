"""Texts that the tiny model has seen: other wordings of the question, and names of elements."""

from __future__ import annotations

from groundkit.vocabulary import Lang

SYSTEM = "You are a helpful assistant."

# Beside the words of `dataset.prompts`. The fields are those of a template.
QUESTIONS: dict[Lang, tuple[str, ...]] = {
    "zh": (
        "点[{x},{y}]处是什么元素?",
        "[{x},{y}]处的UI元素是什么?请给出box。",
        "请识别点[{x},{y}]处的元素。",
        "坐标({x},{y})处的元素是什么?",
    ),
    "en": (
        "What is at [{x},{y}]?",
        "Which UI element is at point [{x},{y}]? Give its box.",
        "Find the element at ({x}, {y}).",
        "Name the element at point [{x},{y}] and its box.",
    ),
}

# Questions that say no coordinates; the answer is where the mark is.
STAR_QUESTIONS: dict[Lang, tuple[str, ...]] = {
    "zh": (
        "图中{color}{marker}处是什么元素?",
        "{color}{marker}中心所处位置的信息是什么?",
    ),
    "en": (
        "What is at the {color} {marker}?",
        "Which UI element is at the centre of the {color} {marker}?",
    ),
}

NAMES: dict[Lang, tuple[str, ...]] = {
    "zh": tuple(
        "设置 搜索 首页 返回 确定 取消 保存 删除 编辑 分享 登录 注册 密码 用户名 邮箱 电话 地址 姓名 日期 时间"
        " 下一步 上一步 提交 发送 消息 通知 收藏 购物车 订单 支付 价格 数量 详情 更多 全部 今天 昨天 明天 打开"
        " 关闭 添加 新建 下载 上传 刷新 帮助 关于 语言 主题 音乐 视频 图片 文件 文件夹 联系人 日历 天气 地图"
        " 我的 发现 推荐 热门 最新 评论 点赞 关注 退出 同意 隐私 安全 账户 余额 城市 备注 标题 内容 菜单".split()
    ),
    "en": tuple(
        "Settings Search Home Back OK Cancel Save Delete Edit Share Login Register Password Username"
        " Email Phone Address Name Date Time Next Previous Submit Send Messages Notifications"
        " Favorites Cart Orders Pay Price Quantity Details More All Today Yesterday Tomorrow Open"
        " Close Add New Download Upload Refresh Help About Language Theme Music Video Photos Files"
        " Folder Contacts Calendar Weather Map Profile Discover Recent Comments Like Follow Logout"
        " Accept Privacy Security Account Balance City Notes Title Menu Filter Sort View Total"
        " Status Report Dashboard Users Projects Tasks Team Billing Invoice Checkout Continue".split()
    ),
}
