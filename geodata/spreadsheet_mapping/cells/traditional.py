"""Traditional characters that occur in headings and in words of this trade, and their simplified forms."""

_PAIRS = (
    "業业稱称細细領领類类級级別别優优進进駐驻時时間间計计劃划積积層层樓楼載载電电負负淨净潔洁環环評评報报書书設设備备產产單单價价萬万"
    "區区園园廠厂製制發发實实驗验測测試试檢检動动辦办總总臺台臨临醫医療疗診诊斷断體体內内鏡镜視视機机監监護护編编號号聯联繫系係系話话"
    "責责註注說说現现預预擔担願愿應应為为與与個个寬宽長长從从開开結结項项務务員员數数質质氣气純纯雙双迴回廢废險险庫库車车倉仓儲储龍龙"
    "頭头專专獨独獸兽隱隐軍军創创參参選选鹽盐華华鄉乡鎮镇縣县無无須须擬拟雲云軟软據据輻辐線线塵尘聲声資资額额營营稅税職职運运輸输達达"
    "標标準准審审請请團团隊队場场佔占築筑構构樣样簡简關关際际國国億亿幾几處处週周歲岁歷历復复複复廣广東东灣湾滿满門门隨随儘尽盡尽馬马"
    "緊紧較较輕轻戶户強强壓压鋼钢鐵铁訊讯買买賣卖價价階阶樁桩適适當当廳厅舊旧購购繳缴納纳訂订證证號号網网絡络協协議议約约續续終终郵邮傳传緣缘"
    "確确認认調调換换補补貼贴熱热濕湿溫温燈灯燒烧爐炉煙烟滅灭災灾殘残毀毁歸归屬属屆届島岛嶺岭嶼屿幣币帳账師师歐欧亞亚韓韩門门閉闭問问"
)
_SIMPLIFIED = str.maketrans(dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True)))


def simplified(text: str) -> str:
    """A text with the traditional characters of the table in their simplified form."""
    return text.translate(_SIMPLIFIED)
