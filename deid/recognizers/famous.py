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
_INVITED_BEFORE = re.compile("(?:請到|請來|邀請到?)(?:知名)?(?:歌[手星]|天[后王]|作家|導演|演員|藝人|漫畫家|詩人)$")
_WORK_AFTER = re.compile(
    "的?(?:演唱會|簽[唱書]會|專輯|新歌|主題曲|歌迷)|的[〈]|的聲音一出|的投資(?:群|社團|課程)|唱的(?=[〈《「])"
)
_SOMEBODYS_BEFORE = re.compile(
    "[我你他她爸媽公婆嬤叔伯姨姑舅嬸哥弟姊姐妹]$|先生|太太|鄰居|房[東客]|同[事學]|朋友|[人主委長]$"
)
# 「放江蕙的家後 … 喇叭」
_PLAYED_BEFORE = re.compile("(?:(?<![停堆存擺寄置安施下解發開綻流釋])放|播放|唱)$")
_MUSIC, _MUSIC_REACH = re.compile("喇叭|音響|唱|卡拉|音樂"), 32


def is_famous(views: Views, start: int, end: int) -> bool:
    """Whether a name is a famous one and the words beside it speak of what its bearer is famous for."""
    if end - start > _LONGEST or views.folded[start:end] not in _FAMOUS:
        return False
    if _SOMEBODYS_BEFORE.search(views.before(start, 2)):
        return False
    if _INVITED_BEFORE.search(views.before(start, 8)) or _WORK_AFTER.match(views.folded, end):
        return True
    played = _PLAYED_BEFORE.search(views.before(start, 2)) and views.after(end, 1) == "的"
    return bool(played) and _MUSIC.search(views.after(end, _MUSIC_REACH)) is not None
