"""Locations as citizens write them, made up with the frequencies measured on published case data."""

from __future__ import annotations

import random
from collections.abc import Callable

WIDE = {code: code + 0xFEE0 for code in range(0x30, 0x3A)}
NUMERALS = "零一二三四五六七八九"

AREAS = {
    "臺北市": "松山區 大安區 中正區 萬華區 士林區 北投區 內湖區 文山區 信義區 中山區 大同區 南港區",
    "新北市": "板橋區 中和區 永和區 新店區 三重區 淡水區 八里區 樹林區 土城區",
    "桃園市": "桃園區 中壢區 平鎮區 八德區 觀音區",
    "臺中市": "西屯區 北屯區 和平區 東區 大里區 太平區 霧峰區",
    "臺南市": "安南區 永康區 中西區 新市區 善化區 七股區",
    "高雄市": "前鎮區 前金區 三民區 鳳山區 苓雅區 左營區 路竹區",
    "苗栗縣": "頭份市 公館鄉 竹南鎮 三義鄉",
    "屏東縣": "屏東市 車城鄉 潮州鎮 萬丹鄉",
    "花蓮縣": "花蓮市 吉安鄉 玉里鎮",
    "雲林縣": "斗六市 虎尾鎮 北港鎮 古坑鄉",
    "嘉義市": "東區 西區",
    "彰化縣": "員林市 鹿港鎮 和美鎮 田中鎮",
}
_ROADS = (
    "中山北路 中山路 中正路 民權東路 忠孝東路 和平西路 永和路 中和路 羅斯福路 新生南路 市民大道 "
    "縣民大道 凱達格蘭大道 臺灣大道 基隆路 站前路 府前路 前鎮街 後港街 上海路 下營路 村中路 "
    "里仁路 鎮興路 區中街 家齊路 名人街 向上路 市政北七路 公益路 美村路 五權西路 仁愛街 "
    "福德一路 三民二路 博愛三路 港嘴三路 十全二路 九如一路 七賢路 五福四路 一心路 八德路 萬大路 "
    "百齡路 千歲街 廣州街 成都路 汀州路 水源路 木柵路 興隆路 景美街 秀明路 指南路 萬美街 "
    "光復南路 敦化北路 復興路 建國路 林森路 延平路 承德路 重慶北路 環河南路 西園路 東園街 "
    "南雅路 北新路 安康路 溪尾街 大觀路 文化路 縣政路 新村街 自由街 民族路 青年路 自強路 "
    "德賢路 藍田路 大學路 成功路 國校巷 水哮巷 農場巷 南街 西街 大街 老街 新路 蘭州街 涼州街 "
    "赤峰街 永福路 海安路 大港街 渡船頭街 臨港路 工業區一路 和成路 太和街 義和路 美術東二路 "
    "河堤路 陽明路 榮總路 石牌路 天母東路 中央北路 大業路 行義路 至善路 故宮路 通河街 葫蘆街 "
    "社中街 延壽街"
)
ROADS = _ROADS.split()
_VILLAGES = (
    "復興里 中山里 新民里 大湖里 永安里 福星里 光明里 三張里 義和里 水源里 東榮里 士林村 "
    "大同村 和平村 射寮村 富興村"
)
VILLAGES = _VILLAGES.split()
PREFIXES = (
    "",
    "",
    "我住",
    "地點在",
    "請問",
    "檢舉",
    "住址：",
    "戶籍",
    "就在",
    "寄到",
    "我家在",
    "地址是",
    "昨天晚上",
    "人在",
    "那個",
    "(",
    "\n",
    "位於",
)
SUFFIXES = (
    "",
    "",
    "前面",
    "對面",
    "旁邊違停",
    "的路燈不亮",
    "，謝謝",
    "。",
    "住戶",
    "有人在燒東西",
    "門口",
    " 請處理",
    "垃圾很多",
    ")",
)


class Places:
    """Draws locations; returns text before, value and text after."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def numeral(self, number: int) -> str:
        if number < 10:
            return NUMERALS[number]
        if number < 100:
            tens, ones = divmod(number, 10)
            return (NUMERALS[tens] if tens > 1 else "") + "十" + (NUMERALS[ones] if ones else "")
        hundreds, rest = divmod(number, 100)
        if not rest:
            return NUMERALS[hundreds] + "百"
        return (
            NUMERALS[hundreds]
            + "百"
            + ("零" if rest < 10 else "一" if rest < 20 else "")
            + self.numeral(rest)
        )

    def area(self) -> str:
        city = self.rng.choice(list(AREAS))
        district = self.rng.choice(AREAS[city].split())
        kind = self.rng.random()
        shown = city if kind < 0.54 else city.replace("臺", "台") if kind < 0.75 else ""
        zip_code = f"{self.rng.randrange(100, 983)}{self.rng.choice(('', '01', '123'))}"
        return (f"{zip_code}台灣{city}" if self.chance(0.097) else shown) + district

    def house(self, say: Callable[[int], str]) -> str:
        number = say(self.rng.randrange(1, 700))
        kind = self.rng.random()
        if kind < 0.04:
            return f"{number}號之{say(self.rng.randrange(1, 20))}"
        if kind < 0.08:
            return f"{number}之{say(self.rng.randrange(1, 20))}號"
        if kind < 0.10:
            return f"{number}-{say(self.rng.randrange(1, 20))}號"
        if kind < 0.12:
            return f"{number}{self.rng.choice('、跟和至到')}{say(self.rng.randrange(1, 700))}號"
        if kind < 0.13:
            return f"{number}號{self.rng.choice('至到')}{say(self.rng.randrange(1, 700))}號"
        return f"{number}號" if self.chance(0.97) else f" {number} 號"

    def floor(self, say: Callable[[int], str]) -> str:
        number = say(self.rng.randrange(1, 25))
        return self.rng.choice(
            (
                f"{number}樓",
                f"{number}F",
                f"{number}樓之{say(3)}",
                f"{number} 樓",
                "B1",
                "頂樓",
                f"{number}樓A室",
                "地下室",
                f"，{number}樓",
            )
        )

    def road(self, say: Callable[[int], str]) -> str:
        road = self.rng.choice(ROADS)
        if self.chance(0.003):
            road = road[0] + "?" + road[2:] if len(road) > 2 else road
        if self.chance(0.406) and road[-1] != "巷":
            road += f"{self.rng.choice('一二三四五六')}段" if self.chance(0.9) else f"{say(2)}段"
        if self.chance(0.478):
            road += f"{say(self.rng.randrange(1, 500))}巷"
            if self.chance(0.32):
                road += f"{say(self.rng.randrange(1, 60))}弄"
        return road

    def draw(self) -> tuple[str, str, str]:
        say = self.numeral if self.chance(0.03) else str
        kind, village = self.rng.random(), ""
        if self.chance(0.52):
            village = self.rng.choice(VILLAGES) + (
                f"{say(self.rng.randrange(1, 40))}鄰" if self.chance(0.98) else ""
            )
        floor = self.floor(say) if self.chance(0.089) else ""
        if kind < 0.008:
            value = self.house(say).strip() + floor
        elif kind < 0.03:
            value = (
                f"{self.rng.choice(VILLAGES)}{say(7)}鄰{self.rng.choice(('', '馬那邦', '下寮', '山腳'))}"
                f"{self.house(say)}{floor}"
            )
        elif kind < 0.033:
            value = f"{village}{self.road(say)}{say(self.rng.randrange(2, 20))} 樓{say(3)}號"
        else:
            value = village + self.road(say) + self.house(say) + floor
        area = self.area() if kind < 0.008 or self.chance(0.85) else ""
        if self.chance(0.498):
            area, value = area.translate(WIDE), value.translate(WIDE)
        return self.rng.choice(PREFIXES) + area, value, self.rng.choice(SUFFIXES)
