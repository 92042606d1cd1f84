"""Surnames of Taiwan, after the Ministry of the Interior's 全國姓名統計分析. Adding one needs no code."""

from __future__ import annotations

# Surnames that seldom begin an ordinary word once a given-name character follows.
SURNAMES = frozenset(
    "陳林黃張李王吳劉蔡楊許鄭謝郭洪邱曾廖賴徐周葉蘇莊呂江何蕭羅高潘簡朱鍾彭游詹胡施沈余盧梁趙顏柯翁魏孫戴范宋方鄧杜"
    "傅侯曹薛丁卓馬阮董唐藍蔣紀歐姚連馮湯黎龔涂柳嚴姜姬邵倪崔秦陶殷牟鞏辜佘鄞裴孟蒲聶鮑鄔尹呉邢閻賈郝龐饒粘凃汪巫"
    "溫石鄒康童章程白尤甘"
)
# Surnames that are everyday words too.
RARE_SURNAMES = frozenset(
    "金成常安應官幸危仇仝晏左艾費龍萬田古池水夏冷元車花包房路時利辛樂向韓雷孔毛祝谷莫賀曲練巴卜于上史伍任伊冉匡司向"
    "全喬單宗岳巴席廉戚成支文晁晉曲朴杭柏查桂梅樊武段毋池沙泰洛海湛滕焦燕牛狄班祁穆竇童符管米紅索繆羊翟耿臧艾花苗荀"
    "蒙蓋藏虞褚覃解詩計譚諸買賓越農逄遲郎郁都酆鈕錢關陸隋雍霍靳項須顧駱鳳麥黨齊儲兵洗冼冀凌卞印卯危厲芮芎苑談閔佟俞嵇鄺藺鞠闕葛裘闞屈宓欒甄諶邰郜鄢閆韋隗鄂鐘桑邊盤昌寧皮鹿敖貝揭屠"
)
# As people of China write theirs; none begins a word of Taiwan.
SIMPLIFIED_SURNAMES = frozenset("张陈黄刘吴杨郑谢许苏赵叶庄吕简钟罗颜萧邓卢冯贺龚谭韩孙马贾阎汤龙钱严顾邹陆贝闻聂齐骆")
COMPOUND_SURNAMES = (
    "歐陽", "司徒", "司馬", "諸葛", "上官", "尉遲", "張簡", "張廖", "范姜", "夏侯", "皇甫", "令狐", "端木", "慕容",
    "公孫", "東方", "淳于", "鍾離", "宇文", "長孫", "赫連", "軒轅", "東郭", "南宮", "西門", "百里", "呼延", "澹臺",
)  # fmt: skip
# Banks, universities and school years as people call them for short; a word that the tagger likes to see as somebody.
SHORT_NAMES = frozenset({
    "兆豐", "合庫", "土銀", "台銀", "彰銀", "華銀", "永豐", "台新", "富邦", "元大", "凱基", "遠銀", "陽信",
    "板信", "台大", "臺大", "政大", "清大", "交大", "成大", "嘉大", "暨大", "海大", "輔大", "淡大", "北科",
    "馬偕", "慈濟", "耕莘", "義大", "小一", "小二", "小四", "小五", "小六",
    "三總", "彰基", "嘉基", "屏基", "門諾", "高醫", "北醫", "恩主公",
    "雲科", "虎科", "高科", "屏科", "勤益", "建商", "韓国", "中国", "台湾",
})  # fmt: skip
DAYS = frozenset({
    "今天", "明天", "昨天", "後天", "前天", "今年", "明年", "去年", "今晚", "昨晚", "明早", "下週", "上週",
    "春節", "端午", "除夕", "下午", "上午", "早上", "晚上", "白天", "半夜",
})  # fmt: skip
