"""What dates look like, on the folded view: of the Republic, of the West and Japan, in digits and in words."""

from __future__ import annotations

from deid.patterns import Pattern
from deid.recognizers import birth_words as words

_C = "[零〇○一二兩三四五六七八九十廿卅壹貳參叁肆伍陸柒捌玖拾]"
_Y = (
    f"(?:[0-9]{{1,4}}|[零〇○一二三四五六七八九十百廿卅壹貳參叁肆伍陸柒捌玖拾]{{1,5}}|"
    f"[一二兩]千{_C}{{1,4}}|{_C}(?: {_C}){{1,3}})"
)
_N = f"(?:[0-9]{{1,2}}|{_C}{{1,3}}|{_C} {_C})"
_MON = f"(?:{_N}|[正元臘冬])"
_DAY = f"(?:(?:⋯{{1,4}}{_N}(?! ?年|[0-9]|{_C})|{_N}) ?[日號]?|初 ?[一二三四五六七八九十])"
_STEM = "(?:[甲乙丙丁戊己庚辛壬癸][子丑寅卯辰巳午未申酉戌亥])"
_ERA = (
    "(?:(?:中華)?民國前?|民(?= ?[0-9])|(?<![^ ,。:;(\n生於母父爸媽])民(?=[一二三四五六七八九十]{1,4}年)|"
    "民前|西元|明治|大正|昭和|平成|ROC(?: YEAR)?|MINGUO|R\\.O\\.C\\.)"
)
_MONTH = (
    "(?:JAN(?:UAR[YI])?|FEB(?:RUAR[YI])?|MAR(?:CH|ET|SO)?|APR(?:IL)?|MAY|MEI|JUN[EI]?|JUL[YI]?|AUG(?:UST)?|"
    "AGU(?:STUS)?|SEP(?:T(?:EMBER)?)?|O[CK]T(?:OBER)?|NOV(?:EMBER)?|DE[CS](?:EMBER)?|"
    "JANVIER|FéVRIER|MARS|AVRIL|MAI|JUIN|JUILLET|AOûT|DéCEMBRE|JANUAR|FEBRUAR|MäRZ|JUNI|JULI|OKTOBER|DEZEMBER|"
    "ENERO|PEBRERO|MARSO|ABRIL|MAYO|HUNYO|HULYO|AGOSTO|SETYEMBRE|OKTUBRE|NOBYEMBRE|DISYEMBRE)(?![A-Z])"
)
_SPANISH = (
    "(?:ENERO|FEBRERO|MARZO|ABRIL|MAYO|JUNIO|JULIO|AGOSTO|SEP?TIEMBRE|OCTUBRE|NOVIEMBRE|DICIEMBRE|"
    "JANEIRO|FEVEREIRO|MARÇO|MAIO|JUNHO|JULHO|SETEMBRO|OUTUBRO|NOVEMBRO|DEZEMBRO)"
)
_THAI = "(?:มกราคม|กุมภาพันธ์|มีนาคม|เมษายน|พฤษภาคม|มิถุนายน|กรกฎาคม|สิงหาคม|กันยายน|ตุลาคม|พฤศจิกายน|ธันวาคม)"
_SEP = r"(?: ?[./\-、] ?| )"
_FIGURE = "0-9零〇○一二兩三四五六七八九十百廿卅壹貳參叁肆伍陸柒捌玖拾"
_OF_YEAR = (
    rf"(?:{_ERA} ?)?{_Y} ?年(?:(?: ?次的?)? ?[0-9]{{1,2}} ?[/.\-] ?[0-9]{{1,2}}(?![0-9/.])|"
    rf"(?: ?\((?:民國?|西元)?[0-9]{{2,4}} ?年?\)|[ ,、]{{0,2}}(?:歲次)?{_STEM}年?)?"
    rf"(?: ?次(?:的(?=[^,。]{{1,2}}月))?|的(?=[^,。]{{1,2}}月))?"
    rf"(?:[ ⋯,、]{{0,4}}(?:{words.LUNAR}的?)?{_MON} ?月(?:[ ,、]?{_DAY}|"
    rf"[半底初](?!旬)|[上中下]旬)?|[ ,、]{{0,2}}{words.FESTIVAL.pattern})?)"
)
_OF_FIGURES = (
    rf"(?<![0-9./\-])(?:{_ERA} ?)?[0-9]{{1,4}}{_SEP}[0-9]{{1,2}}{_SEP}(?:[0-9]{{4}}|[0-9]{{1,2}})(?![0-9]|"
    rf"[./\-][0-9])(?:日(?!本))?"
    rf"|(?<![0-9A-Z.\-])(?<![ -~]/)(?:{_ERA} ?)?[0-9]{{6,8}}(?![0-9])"
)
# Two readings by the first letter, so that neither tries what the other begins with.
DATE = Pattern(
    rf"(?:(?=[{_FIGURE}中民西明大昭平正元臘冬今去前][{_FIGURE}千年月點華國前元治正和成A-Z./\-、 \n])(?:"
    r"(?<![0-9])(?<![0-9] )(?:[0-9] ){5,7}[0-9](?! ?[0-9])"
    rf"|{_MON} ?月 ?{_DAY} ?,? ?(?:{_ERA} ?{_Y} ?年(?!度)|{_Y} ?年次)|"
    rf"[今去前]年(?: ?{_MON} ?月(?: ?{_DAY})?|{words.FESTIVAL.pattern})|{_OF_YEAR}"
    rf"|(?:民國?|西元) ?[0-9]{{2,4}} {_MON} ?月 ?{_DAY}"
    rf"|{_MON} ?月 ?{_DAY}|{_OF_FIGURES}"
    rf"|(?<![0-9./\-])[0-9]{{1,2}}[/.][0-9]{{1,2}}(?![0-9./])"
    rf"|(?<![0-9])[0-9]{{1,2}}(?:ST|ND|RD|TH|\.)?(?: OF)?[ \-]{_MONTH}"
    rf"[.,]{{0,2}}[ \-](?:[0-9]{{4}}|'[0-9]{{2}})(?![0-9])"
    rf"|(?<![0-9./\-])[0-9]{{4}}(?:[ \-]|, ){_MONTH}[ \-][0-9]{{1,2}}(?![0-9])"
    rf"|(?<![0-9])[0-9]{{1,2}}-{_MONTH}-[0-9]{{2}}(?![0-9])"
    rf"|[0-9]{{1,2}} {_THAI} (?:พ\.ศ\. ?|ค\.ศ\. ?)?[0-9]{{4}}(?![0-9])"
    rf"|[0-9]{{4}}년 ?[0-9]{{1,2}}월 ?[0-9]{{1,2}}일"
    rf"|(?<!{_C}){_C}{{2,4}}、{_C}{{1,3}}、{_C}{{1,3}}(?!{_C}|[、年月日號])"
    rf"|(?<![0-9])[0-9]{{2,4}}\n(?:0?[1-9]|1[0-2])\n(?:0?[1-9]|[12][0-9]|3[01])(?![0-9年./\-])"
    rf"|(?:民國|(?<![{_C[1:-1]}年月號段巷弄樓第]))[零〇○一二三四五六七八九]{{6,8}}(?![{_C[1:-1]}年月日號元萬個])|{_Y}點{_N}點{_N}"
    rf"|(?<!{_C})(?:一?百[零〇]?)?{_C}{{1,3}}(?<=..) {_C}{{1,3}} {_C}{{1,3}}(?! ?{_C})"
    rf"|(?<![0-9])(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?=出?生)"
    rf"|(?<![0-9A-Z])[0-9]{{1,2}}(?:ST|ND|RD|TH)?(?: OF)? {_MONTH}(?![A-Z])"
    rf"|(?:(?<=生日)|(?<=生日[是: ])|(?<=四碼)|(?<=四碼[是: ]))(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?![0-9元])"
    rf"|(?<![0-9])[0-9]{{1,2}} DE {_SPANISH},? (?:DEL? )?[0-9]{{4}}(?![0-9])"
    rf"|[0-9]{{1,2}} TH[áA]NG [0-9]{{1,2}},? N[ăA]M (?:[0-9]{{4}}|D[âA]N QU[ốO]C [0-9]{{2,3}})"
    rf"|(?<=NăM )[0-9]{{4}},? NGàY [0-9]{{1,2}} THáNG [0-9]{{1,2}}(?![0-9]))"
    rf"|(?=[RJFMASONDTEPHI][A-Z.éûä])(?<![A-Z])(?:{_OF_YEAR}|{_OF_FIGURES}"
    rf"|{_MONTH}\.? [0-9]{{1,2}}(?:ST|ND|RD|TH)?,? '[0-9]{{2}}(?![0-9])"
    rf"|TAHUN [0-9]{{4}} BULAN {_MONTH} TANGGAL [0-9]{{1,2}}(?![0-9])"
    rf"|{_MONTH}\.? [0-9]{{1,2}}(?:ST|ND|RD|TH)?,? ?[0-9]{{4}}(?![0-9])"
    rf"|{_MONTH}\.? [0-9]{{1,2}}(?:ST|ND|RD|TH)?(?![0-9A-Z])"
    rf"|(?:TWENTY-|THIRTY-)?(?:FIRST|SECOND|THIRD|[EFNST][A-Z]{{2,8}}TH) (?:OF )?{_MONTH}"
    rf"(?:,? (?:NINETEEN|TWO THOUSAND|TWENTY)(?:[ \-](?:AND )?[A-Z]+(?:-[A-Z]+)?)?)?"
    rf"|IKA-[0-9]{{1,2}} NG {_MONTH},? (?:NG )?[0-9]{{4}}(?![0-9])))"
)
