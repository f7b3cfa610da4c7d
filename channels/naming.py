"""Finds a person's name beside their identity number: together they say who somebody is.

A Chinese name is a surname and one or two characters, written without spaces into a sentence,
so only the neighbourhood of a number tells that it is meant. Names that stand alone stay.
"""

from __future__ import annotations

import re

# The most frequent first, then the others; without those that are little words far more often
# (和 时 从 能 都 那 别 元 年).
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蔡"
    "蒋余杜叶程苏魏吕丁沈任姚卢姜崔钟谭陆汪范石廖贾夏韦付方白邹孟熊秦邱侯江尹薛闫"
    "段雷钱汤黎史陶贺毛郝龚邵万覃武戴孔向欧伍华葛文章鲁申倪岳柳祝尚季俞童舒庞颜樊常康温"
    "褚卫尤施严金戚喻柏水窦云奚郎昌苗凤花酆鲍费廉岑滕殷毕邬安乐于傅皮卞齐卜顾平穆萧湛祁禹"
    "狄米贝明臧计伏成谈茅纪屈项阮蓝闵席麻强路娄危梅盛刁骆凌霍虞支柯昝管莫房裘缪干解应宗宣"
    "贲郁单杭洪包诸左吉钮嵇邢滑裴荣翁荀羊於惠甄曲封芮羿储靳汲邴糜松井富巫乌焦巴弓牧隗山谷"
    "车宓蓬全郗班仰秋仲伊宫宁仇栾暴甘钭厉戎符景詹束龙幸司韶郜蓟薄印宿怀蒲邰鄂索咸籍赖卓蔺"
    "屠蒙池乔阴胥苍双闻莘党翟贡劳逄姬扶堵冉宰郦雍郤璩桑桂濮牛寿边扈燕冀郏浦农晏庄柴瞿阎连"
    "慕茹习宦艾鱼容古易慎戈庾暨居衡步耿弘匡国寇广禄阙东殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾"
    "辛阚简饶沙毋乜鞠丰巢关蒯查荆红游竺权逯盖益桓涂佟仝苟代肇原战冶阳揭练鹿亓晋敬买佘帅苑"
    "鄢冼辜麦旷隋楼丛蹇谌撒铁仉迟操税粟邝栗雒揣牟邸呼青庹尧尉谯亢丘楚植矫盘宾禤库闭兰刀"
    "沐贠麴郄鄞郇粘腾"
)
_DOUBLE_SURNAMES = tuple(
    (
        "欧阳 上官 司马 诸葛 司徒 皇甫 尉迟 东方 夏侯 令狐 公孙 慕容 宇文 长孙 "
        "司空 独孤 南宫 端木 轩辕 百里 呼延 闻人 澹台 公冶 宗政 濮阳 淳于 单于 "
        "太叔 申屠 仲孙 钟离 鲜于 闾丘 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 "
        "乐正 宰父 谷梁 拓跋 夹谷 段干 东郭 羊舌 微生 梁丘 左丘 赫连 万俟 完颜 "
        "纳兰 耶律 哥舒"
    ).split()
)
# What is in no name, and words that begin like one and are none.
_IN_NO_NAME = tuple(
    (
        "姓名 名字 一下 的 号 是 叫 我 他 她 查 证 码 不 没 要 请 帮 问 吗 呢 吧 啊 了 么 "
        "这 那 您 你 们 谁 哪 就 还 给 把 被 办 交 领"
    ).split()
)
_NO_NAMES = tuple(
    (
        "江苏 江西 成都 常州 温州 石家 武汉 高新 方便 万一 向您 余额 文件 章程 白天 "
        "任何 钱包 程序 常用 何时 康复 史上 申报 谢谢 单位 单独 单据 居民 居住 农民 "
        "农村 农保 关系 关于 应该 应缴 费用 管理 项目 计算 计生 支付 支取 广东 广西 "
        "广州 云南 云浮 东莞 东北 宁波 宁夏 青岛 青海 代办 代缴 代码 原来 原因 金额 "
        "金华 金融 全部 全家 全国 全额 全民 全体 全职 国家 国内 师傅 连续 连云 明天 "
        "明细 明年 平时 平台 平均 安全 安置 安排 安徽 安庆 解决 容易 边上 利息 党员 "
        "干部 司机 步骤 山东 山西 双方 马上 许多 曾经 符合 花费 包括 包头 简单 石油 "
        "衡阳 桂林 乌鲁 昌吉 邢台 岳阳 岳母 岳父 荆州 荆门 宿迁 宿州 鄂州 麻烦 席位 "
        "惠州 景德 富阳 富裕 益阳 松江 杭州 封存 索赔 籍贯 阳江 买断 井冈 水平 水费 "
        "红河 万元 常住 常德 常见 季度 程度 楼上 楼下 成员 成功 成年 成立 方式 方法 方面 "
        "方案 任职 任务 文化 文字 文书 祝好 祝您 尚未 卫生 卫健 宣传 左右 吉林 陆续 "
        "仲裁 甘肃 怀孕 劳动 劳务 劳保 劳资 扶贫 扶养 习惯 辛苦 权益 盖章 印章 车间 "
        "车票 路费 房子 班组 高级 高龄 高管 柳州 游客 申请 温馨 付款 付费 许可 向上 "
        "余下 常年 毕业 明白 应当 平安 平常 乐山 东西 燕子 申诉 申领 解释 范围 操作 "
        "管用 封顶 单子 农合 干啥 费率 强制 解除 解开 利率 原件 代扣 解答 权利 计发 "
        "干活 安装 水漂 花钱 花多 安葬 计息 周末 明示 周期 权限 解冻 广告 路子 税务 "
        "厉害 税后 全赔 全免 敬老 钟头 关门 高兴 颜色 代价 毛病 范本 施行 旷工 计入 "
        "原籍 童工 全责 红包 干净 买房 买药 农行 利弊 车祸 代课 劳鉴 井下 车险 强积 "
        "钟点 高校 高血 高海 原单 干几 越多 越少 连着 税票 车牌 肇事 惠民 国外 何处 "
        "付清"
    ).split()
)
# Words whose end looks like a surname: in 缴费记录 no name begins at the second sign.
_WORD_ENDS = frozenset(
    (
        "一张 一步 一边 上司 上班 上车 业金 两步 个税 中国 中文 为何 主管 交税 交费 "
        "交钱 产权 今明 从容 付费 以应 任何 位于 低于 供应 便利 保单 保安 保管 保费 "
        "儿童 先付 免费 全国 公司 公安 公路 关于 其余 内容 几万 几成 剩余 加班 助金 "
        "医师 南宁 厨师 双方 反应 受益 变成 名单 哪张 哪步 回单 回应 国籍 在于 地方 "
        "垫付 城关 增强 声明 复印 外国 多万 多余 多高 大连 如何 学习 官方 实习 实施 "
        "对于 对应 对方 少钱 属于 山东 平安 广东 应付 延迟 开车 律师 恤金 户籍 房东 "
        "房管 手印 打印 扣税 扣费 挂水 换成 授权 措施 提高 支付 收益 改成 最高 有关 "
        "机关 权利 权益 江苏 沈阳 没单 洛阳 流程 浙江 海关 清单 点钱 爱国 现金 由于 "
        "申明 相关 相应 福利 积金 等于 线路 给付 续费 维权 缴费 老师 老金 股东 "
        "股权 胜利 自付 至于 英文 葬金 薪水 补费 表单 西宁 西安 要钱 订单 论文 证明 "
        "说明 账单 贴金 贵阳 起付 辽宁 过程 这张 这边 进步 那边 长沙 险金 领钱 高于 "
        "高温"
    ).split()
)
# What people put between a name and its number.
_LINK = re.compile(
    r"[\s,，、:：;；(（\[【/|]*(?:的)?(?:(?:居民)?身份证(?:号码|号)?|证件号码?|号码|ID)?"
    r"(?:是|为)?[\s,，、:：;；(（\[【/|]*$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"[\s,，、:：;；)）\]】/|]*(?:姓名|名字)?(?:是|叫)?[\s:：]*([\u4e00-\u9fff]{2,4})"
    r"(?=$|[^\u4e00-\u9fff])"
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]+")
# Names of many peoples have a dot between own and father's name: 买买提·艾力.
_DOTTED = r"[\u4e00-\u9fff]{1,8}(?:[·•・‧∙⋅][\u4e00-\u9fff]{1,8})+"
_DOTTED_BEFORE = re.compile(_DOTTED + "$")
_DOTTED_AFTER = re.compile(
    r"[\s,，、:：;；)）\]】/|]*(?:姓名|名字)?(?:是|叫)?[\s:：]*(" + _DOTTED + ")"
)
_MATTERS = re.compile("社保|医保|保险|养老|医疗|工伤|失业|生育|退休|报销|工资|参保|标准|多少")
# What ends the words before such a name, and begins those behind it.
_NOT_IN_DOTTED = re.compile(
    "[的是叫我他她你您查证码号帮问请给和与跟看下替把妈爸人了吗呢要想办交领]|" + _MATTERS.pattern
)
_FARTHEST = 40


def before(text: str, start: int) -> tuple[int, int] | None:
    """Where the name stands that belongs to the number which begins at `start`."""
    first = max(0, start - _FARTHEST)
    link = _LINK.search(text[first:start])
    end = first + link.start() if link else start
    dotted = _DOTTED_BEFORE.search(text[first:end])
    if dotted and not _MATTERS.search(text, begin := first + _begin_of(dotted), end):
        return begin, end
    # The words before the name are glued to it, so the longest name that can be one is taken.
    for begin in (end - 4, end - 3, end - 2):
        inside_a_word = text[max(0, begin - 1) : begin + 1] in _WORD_ENDS
        if begin >= first and not inside_a_word and _is_name(text[begin:end]):
            return begin, end
    return None


def after(text: str, end: int) -> tuple[int, int] | None:
    """Where the name stands that follows the number which ends at `end`."""
    dotted = _DOTTED_AFTER.match(text, end)
    if dotted and not _MATTERS.search(text, dotted.start(1), _end_of(dotted)):
        return dotted.start(1), _end_of(dotted)
    match = _AFTER.match(text, end)
    if match is None or not _is_name(match[1]):
        return None
    return match.span(1)


def _begin_of(dotted: re.Match[str]) -> int:
    """Where the name begins: behind the last little word of its first part."""
    own = re.split(r"[^\u4e00-\u9fff]", dotted[0])[0]
    words = [one.end() for one in _NOT_IN_DOTTED.finditer(own) if one.end() < len(own)]
    return dotted.start() + (words[-1] if words else 0)


def _end_of(dotted: re.Match[str]) -> int:
    """Where the name ends: before the first little word of its last part."""
    last = re.split(r"[^\u4e00-\u9fff]", dotted[1])[-1]
    word = _NOT_IN_DOTTED.search(last, 1)
    return dotted.end(1) - (len(last) - word.start() if word else 0)


def _is_name(written: str) -> bool:
    if not _CHINESE.fullmatch(written) or written.startswith(_NO_NAMES):
        return False
    if _MATTERS.search(written) or any(part in written for part in _IN_NO_NAME):
        return False
    if written[:2] in _DOUBLE_SURNAMES:
        return 3 <= len(written) <= 4
    return written[0] in _SURNAMES and 2 <= len(written) <= 3
