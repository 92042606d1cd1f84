"""Persons of stage, sport and letters, where the words beside them speak of their songs, books, films or matches.

A citizen may be called like one of them: without such words the name is hidden. Adding one needs no code.
"""

from __future__ import annotations

import re

from deid.views import Views

_NAMES = (
    "江蕙 張惠妹 張雨生 鄧麗君 周杰倫 蔡依林 陳奕迅 劉德華 張學友 郭富城 林俊傑 鄧紫棋 田馥甄 孫燕姿 "
    "羅大佑 李宗盛 張清芳 費玉清 余天 黃乙玲 葉啟田 洪榮宏 蔡小虎 詹雅雯 陳雷 龍千玉 鳳飛飛 蔡琴 "
    "齊秦 齊豫 潘越雲 蘇芮 林憶蓮 王菲 梁靜茹 蕭敬騰 盧廣仲 韋禮安 林宥嘉 楊丞琳 周興哲 徐佳瑩 "
    "戴愛玲 李翊君 許茹芸 任賢齊 周華健 庾澄慶 王力宏 潘瑋柏 羅志祥 蕭煌奇 謝金燕 黃明志 伍佰 吳念真 "
    "黃春明 余光中 龍應台 白先勇 瓊瑤 吳明益 鍾理和 席慕蓉 簡媜 劉墉 幾米 三毛 金庸 古龍 李安 "
    "侯孝賢 魏德聖 楊德昌 蔡明亮 王建民 陳金鋒 陳偉殷 戴資穎 郭婞淳 林書豪 盧彥勳 莊智淵 林昀儒 "
    "王齊麟 周天成 許淑淨 曾雅妮 彭政閔 周思齊 林智勝 張育成 林志玲 周潤發 梁朝偉 成龍 李小龍 吳慷仁 "
    "桂綸鎂 舒淇 豬哥亮 吳宗憲 陶晶瑩 蔡康永 張菲 白冰冰 澎恰恰 楊麗花 孫翠鳳 黃俊雄 宮崎駿 村上春樹 "
    "謝金河 胡睿涵 張忠謀 郭台銘 黃仁勳 馬斯克 巴菲特 東野圭吾 安室奈美惠 濱崎步 中島美嘉 木村拓哉 大谷翔平 鈴木一朗"
)
_FAMOUS = frozenset(_NAMES.split())
_LONGEST = max(map(len, _FAMOUS))
_ROLE_BEFORE = re.compile(
    "(?:歌[手星后]|天[后王]|作家|導演|演員|藝人|影[星帝后]|名嘴|漫畫家|詩人|偶像|球星|投手|選手)[「:： ]?$"
)
_WORK_AFTER = re.compile(
    "」?的?(?:演唱會|簽[名唱書]會|專輯|新歌|歌曲|老歌|歌(?![手仔唱劇迷])|主題曲|電影|小說|散文|漫畫|粉絲|舞台劇|聲音一)|"
    "」?的?(?:投資|飆股|股票|理財)|」?的?[〈《]|(?:唱|演|寫|拍|導)的(?=[〈《「])"
)
# 「放江蕙的家後」
_PLAYED_BEFORE, _PLAYED_AFTER = re.compile("(?:播|播放|(?<!釋)放|唱|聽|點播)$"), re.compile("的")


def is_famous(views: Views, start: int, end: int) -> bool:
    """Whether a name is a famous one and the words beside it speak of what its bearer is famous for."""
    if end - start > _LONGEST or views.folded[start:end] not in _FAMOUS:
        return False
    before = views.before(start, 4)
    if _ROLE_BEFORE.search(before) or _WORK_AFTER.match(views.folded, end):
        return True
    return _PLAYED_BEFORE.search(before) is not None and _PLAYED_AFTER.match(views.folded, end) is not None
