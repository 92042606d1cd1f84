"""The words that announce a number, by the kind of number.

One table for all kinds, because a value belongs to the nearest kind announced before it: in 「病歷號沒有，護照
312345678」 the medical record number is not the nine digits. OTHER are numbers that nobody here looks for.
Words are written as in the folded view (upper case); a space in a Latin word stands for a space, ``_``, ``-`` or none.
"""

from __future__ import annotations

PLATE = "TW_PLATE"
PASSPORT = "TW_PASSPORT"
NHI_CARD = "TW_NHI_CARD"
CITIZEN_CERT = "TW_CITIZEN_CERT"
CARRIER = "TW_EINVOICE_CARRIER"
HOUSEHOLD = "TW_HOUSEHOLD_NO"
MEDICAL = "TW_MEDICAL_RECORD"
STUDENT = "TW_STUDENT_ID"
BANK = "TW_BANK_ACCOUNT"
POST_BRANCH = "POST_BRANCH"
BANK_NAME = "BANK_NAME"
CHAT = "LINE_ID"
CHAT_HINT = "CHAT_HINT"
USER_NAME = "USER_NAME"
SOCIAL = "SOCIAL"
LOGIN = "LOGIN"
CONTRACT = "CONTRACT"
CASE = "TW_CASE_NO"
INVOICE = "TW_INVOICE_NO"
ID = "ID"
OTHER = "OTHER"
# What people choose themselves may consist of words.
NAMED = frozenset({CHAT, CHAT_HINT, USER_NAME, SOCIAL, LOGIN, ID})

CHINESE: dict[str, str] = {
    PLATE: "車牌 車號 牌照 牌號 牌照號碼 牌照號 號牌 大牌 車籍",
    PASSPORT: "護照 护照 旅行文件 旅行證件 旅券番号 旅券番號 パスポ-ト 여권 หนังสือเดินทาง พาสปอร์ต",
    NHI_CARD: "健保卡 健保IC卡 健保卡IC",
    CITIZEN_CERT: "自然人憑證 憑證卡號 憑證號碼 憑證編號 憑證序號 自然人卡",
    CARRIER: "載具 條碼 手機條碼 共通性載具 手機載具",
    HOUSEHOLD: "戶號 戶口名簿編號 戶口名簿號碼",
    MEDICAL: (
        "病歷 病例號 病例編號 就診號 就醫號 就醫編號 手圈號碼 手圈編號 手圈上寫 住院號 住院號碼 病患編號 病人編號 "
        "掛號證號 掛號證上寫 掛號證背面 掛號條碼 診療卡號 診療卡 診號 就診編碼 就診號碼 就診代碼 就醫號碼 就醫代碼 "
        "院內代碼 產婦號 產婦編號 住院編號 住院代號"
    ),
    STUDENT: "學號 學生證 學籍號 學籍編號 學生編號",
    BANK: (
        "帳戶 賬戶 戶頭 存摺 薪轉戶 轉到 薪資戶 警示戶 約定戶 存簿 匯款 匯到 匯入 匯去 匯給 匯進 匯錢 "
        "匯 匯回 匯至 匯還 退至 "
        "轉帳 轉入 入帳 撥款 收款 存入 存到 撥入 入到 退到 退款到 銀行帳號 匯款帳號 郵局帳號 銀行帳戶 郵局帳戶"
    ),
    POST_BRANCH: "局號 儲金簿",
    BANK_NAME: (
        "銀行 郵局 農會 信用合作社 信合社 台新 臺新 兆豐 國泰世華 玉山 中信 中國信託 富邦 永豐 合庫 "
        "第一銀 一銀 華南 彰銀 土銀 臺銀 台銀 臺灣銀 台灣銀 台企銀 元大 凱基 新光 遠東商銀 聯邦 陽信 "
        "上海商銀 中華郵政 高雄銀 渣打 滙豐 匯豐 星展 花旗 日盛 安泰 板信 王道 將來 樂天 連線銀行"
    ),
    CHAT: "賴ID 賴的ID 賴號 賴的帳號 賴帳號 加賴 微信號 微信 私賴 我的賴 我賴 有賴 用賴 賴",
    CHAT_HINT: "加我 加好友 搜尋我 搜我 找我 密我 敲我",
    SOCIAL: (
        "臉書 推特 脆 批踢踢 抖音 小紅書 微博 噗浪 蝦皮 露天 私訊 旋轉拍賣 巴哈 遊戲ID 粉專 哀居 暱稱 網名"
    ),
    USER_NAME: (
        "使用者 使用者名稱 登入 用戶名 使用者代號 使用者代碼 使用者ID 登入名稱 登入代號 登入代碼 登入帳號 "
        "登入的帳號 會員帳號 使用者帳號 臉書帳號 遊戲帳號 推特帳號 平台帳號 "
        "網銀代號 網銀帳號 網銀ID 網銀使用者代號 網銀的代號 網路銀行代號 網路銀行帳號 網路銀行使用者代號"
    ),
    LOGIN: "帳號 账号 賬號 帳號名稱",
    CONTRACT: (
        "兵籍號碼 兵籍號 保單 保險單 契約編號 契約號碼 合約編號 合約號碼 契約書編號 電表 電錶 水表 水錶 瓦斯表 瓦斯 "
        "瓦斯錶 表號 錶號 水號 電號 用戶號碼 用戶編號 用戶號 用戶代號 客戶編號 客戶號碼 客戶代號 "
        "客戶號 會員編號 會員號碼 會員卡號 會員號 稅籍編號 稅籍號碼 稅籍 稅號 包裹編號 包裹號碼 "
        "包裹單號 貨運單號 託運單號 宅配單號 掛號號碼 掛號編號 掛號單號 掛號郵件號碼 郵件號碼 "
        "郵件編號 寄件編號 寄件單號 取貨編號 追蹤碼 追蹤號碼 悠遊卡號 悠遊卡卡號 悠遊卡 一卡通 "
        "愛金卡 員工編號 員編 工號 准考證 准考證號碼 考生編號 證書編號 證書字號 證照號碼 執照號碼 "
        "證明書編號 證明書號碼 勞保證號 保險證號 敬老卡 愛心卡 手冊編號 手冊號碼 證明編號 兵籍號碼 兵籍號 軍籍號碼 "
        "服役證號 榮民證 榮民證號 IMEI 序號 設備序號 讀者條碼 會員條碼 門禁卡號 門禁卡 磁扣編號 "
        "員工證號 服務證號 志工證號 攤位證號 嚮導證號 借閱證號 借書證號 借書證 借閱證 讀者證 志工編號 "
        "志願服務紀錄冊 身心障礙手冊 身障手冊 管轄編號 繳費代號 繳費代碼 銷帳編號 管理代號 客編 身障證明 "
        "身心障礙證明 低收證明 租約號碼 掛號郵件 引擎號碼 車身號碼 "
        "小紅書號 租約編號 租賃契約編號 租約 契約 合約 掛號 虛擬帳號 繳款帳號 扣款帳號 網路編號 數據號碼 晶片號碼 "
        "晶片號 寵物晶片 晶片"
    ),
    CASE: (
        "案件編號 案件號碼 案件號 案號 收件編號 收件號碼 收件號 申請編號 申請案號 申請號碼 受理編號 "
        "受理號碼 陳情編號 陳情案號 報案編號 報案號碼 報案三聯單 立案編號 派工編號 罰單編號 罰單號碼 "
        "罰單單號 舉發單號 舉發單 違規單號 罰單號 單號 查詢編號 查詢序號 流水編號 工單"
    ),
    INVOICE: "發票號碼 發票號 發票字軌 發票",
    OTHER: (
        "匯整 匯率 匯報 匯集 匯總 批號 製造序號 產品序號 商品序號 "
        "度數 牌照稅 牌照費 投保單位代號 單位代號 劃撥帳號 劃撥帳戶 捐款帳號 捐款帳戶 標案案號 "
        "招標案號 採購案號 招標編號 公告案號 訂單編號 訂單 電話 手機 門號 市話 傳真 分機 "
        "專線 統編 統一編號 身分證 身份證 居留證 統一證號 信用卡 金額 合計 總計 日期 時間 文號 公文 "
        "字第 型號 機型 版本 規格 航班 班機 公車 路線 幹線 郵遞區號 ISBN 索書號 標案 標號 桿號 燈號 "
        "電桿 路燈 料號 表單 表格 申請書 驗證碼 密碼 劃撥 信箱 郵件 簡訊 法條 條例 生日 出生 網址 "
        "官網 網站 招標 工程 建照 使照 使用執照 建照號碼 捐贈碼 愛心碼 授權碼 末三碼 獎號 門牌 地號 "
        "建號"
    ),
}

LATIN: dict[str, str] = {
    PLATE: (
        "PLATE,LICENSE PLATE,LICENCE PLATE,CAR PLATE,CAR NO,CAR NUMBER,VEHICLE NO,VEHICLE NUMBER,"
        "PLAT NOMOR,NOMOR POLISI,BIểN Số XE,BIểN Số"
    ),
    PASSPORT: "PASSPORT,PASPOR,PASAPORTE,PASAPORTENG,PASSEPORT,REISEPASS,TRAVEL DOCUMENT,TRAVEL DOC,Hộ CHIếU",
    NHI_CARD: (
        "NHI,NHI CARD,HEALTH CARD,HEALTH INSURANCE CARD,IC CARD,KARTU NHI,KARTU KESEHATAN,"
        "KARTU ASURANSI,THẻ BảO HIểM,THẻ BHYT"
    ),
    CITIZEN_CERT: "CITIZEN CERT,CITIZEN CERTIFICATE,CITIZEN DIGITAL CERTIFICATE,CDC",
    CARRIER: "CARRIER,MOBILE BARCODE,EINVOICE CARRIER",
    HOUSEHOLD: "HOUSEHOLD,HOUSEHOLD REGISTRATION,HOUSEHOLD REG",
    MEDICAL: "MRN,MEDICAL RECORD,MEDICAL REC,CHART,PATIENT,REKAM MEDIS,NO RM,Số Hồ Sơ,BệNH áN",
    STUDENT: "STUDENT,STU,STUDENT CARD,MSSV,Mã Số SINH VIêN,NOMOR MAHASISWA,NIM",
    BANK: (
        "BANK ACCOUNT,BANK ACCT,A/C,A/C NO,IBAN,ACCOUNT NO,ACCOUNT NUM,ACCOUNT NUMBER,ACCT NO,ACCT NUM,REKENING,"
        "TàI KHOảN,REMIT,BANK"
    ),
    CHAT: "LINE,LINE ACCOUNT,LINE IS,WECHAT,WEIXIN,KAKAO,KAKAOTALK,ZALO,SKYPE,WHATSAPP",
    SOCIAL: (
        "IG,INSTAGRAM,THREADS,DCARD,PTT,FB,FACEBOOK,DISCORD,DC,TWITTER,TIKTOK,TELEGRAM,TG,STEAM,"
        "PLURK,YOUTUBE,SHOPEE,GITHUB,REDDIT,MESSENGER,BAHAMUT,SIGNAL,GMAIL,HOTMAIL"
    ),
    ID: "ID",
    USER_NAME: "USERNAME,USER NAME,USER,LOGIN,LOGIN NAME,SCREEN NAME,HANDLE,NICKNAME",
    LOGIN: "ACCOUNT,ACCT,ACC",
    CONTRACT: (
        "POLICY NO,POLICY NUMBER,POLICY,CONTRACT NO,CONTRACT NUMBER,CONTRACT,METER,METER NO,"
        "WATER METER,ELECTRICITY METER,CUSTOMER,CUSTOMER NO,MEMBER,MEMBERSHIP,TAX FILE,TRACKING,"
        "ELECTRICITY NO,ELECTRICITY NUMBER,LABOR INSURANCE,LABOUR INSURANCE,TAX ID,TAXPAYER,"
        "PARCEL,EASYCARD,IPASS,TAX NO,TAX NUMBER,HOUSE TAX,HOUSE TAX NO,SUBSCRIBER,GAS METER,WATER NO,WATER NUMBER,"
        "WORK PERMIT,SEAMAN BOOK,SEAMANS BOOK,BUKU PELAUT,LICENCE,LICENSE,DRIVING LICENCE,DRIVING LICENSE,"
        "LEASE,LEASE NO,PERMIT NO,CERTIFICATE NO,BILL NO,PAYMENT CODE,INSURANCE NO,LICENSE NO,LICENCE NO,"
        "EMPLOYEE,VIN,STAFF,SERIAL,HN,IMEI,MICROCHIP"
    ),
    CASE: "CASE,CASE NO,TICKET,REFERENCE,REF NO,APPLICATION NO,CITATION",
    INVOICE: "INVOICE",
    OTHER: (
        "TEL,PHONE,MOBILE,FAX,EMAIL,E-MAIL,MAIL,FLIGHT,MODEL,VERSION,VER,FORM,AMOUNT,DATE,BIRTHDAY,"
        "BIRTH,OTP,PASSWORD,ARC,ROUTE,BUS,ROOM,HTTP,HTTPS,WWW,NTD,CREDIT CARD,ISO,URL,ORDER"
    ),
}
# Behind these, a word is part of another one: 客戶號, 依賴.
NOT_AFTER = {
    "診號": "看候門約初複叫待",
    "戶號": "用客帳開存門賬分",
    "車號": "火列",
    "水號": "流",
    "電號": "來去",
    "批號": "表錶",
    "表號": "代",
    "工號": "施",
    "序號": "程",
    "匯": "外字詞彙結電",
    "賴": "依信仰耍抵無誣",
    "脆": "乾清爽酥",
}
