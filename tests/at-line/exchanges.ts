/** Exchanges with nRF91 modems, octet by octet as their documents, traces and sources have them. */

import type { Dialect } from "../../modem/at/commands/dialect.ts";
import type { CommandKey, CommandParams, CommandResponse } from "../../modem/at/commands/table.ts";

export interface ExchangeSample {
  readonly key: CommandKey;
  readonly dialect: Dialect;
  readonly params: object;
  /** What goes out, without the end of the line. */
  readonly text: string;
  /** What comes back, result included. */
  readonly wire: string;
  readonly response: unknown;
}

const both: ExchangeSample[] = [];

function on(dialect: Dialect) {
  return <K extends CommandKey>(
    key: K,
    params: CommandParams<K>,
    text: string,
    lines: string,
    response: CommandResponse<K>,
  ) => both.push({ key, dialect, params: params as object, text, wire: `${lines}\r\nOK\r\n`, response });
}

const sm = on("serialModem");
const slm = on("slm");
const bytes = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));
const SHA = "2C43952EE9E000FF2ACC4E2ED0897C0A72AD5FA72C3D934E81741CBD54F05BD1";
const PEM = bytes("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");

// General.
sm("at", {}, "AT", "", undefined);
sm("echoOff", {}, "ATE0", "", undefined);
sm("echoOn", {}, "ATE1", "", undefined);
sm("cgmi", {}, "AT+CGMI", "\r\nNordic Semiconductor ASA\r\n", { text: "Nordic Semiconductor ASA" });
sm("cgmm", {}, "AT+CGMM", "\r\nnRF9160-SICA\r\n", { text: "nRF9160-SICA" });
sm("cgmr", {}, "AT+CGMR", "\r\nmfw_nrf9160_1.3.2\r\n", { text: "mfw_nrf9160_1.3.2" });
sm("shortswver", {}, "AT%SHORTSWVER", "\r\n%SHORTSWVER: nrf91x1_2.0.0\r\n", { version: "nrf91x1_2.0.0" });
sm("hwversion", {}, "AT%HWVERSION", "\r\n%HWVERSION: nRF9160 SICA B0A\r\n", { version: "nRF9160 SICA B0A" });
sm("xmodemuuid", {}, "AT%XMODEMUUID", "\r\n%XMODEMUUID: 25c95751-efa4-40d4-8b4a-1dcaab81fac9\r\n", {
  uuid: "25c95751-efa4-40d4-8b4a-1dcaab81fac9",
});
sm("cgsn", {}, "AT+CGSN", "\r\n352656106647673\r\n", { text: "352656106647673" });
sm("cgsnSet", { kind: "imei" }, "AT+CGSN=1", '\r\n+CGSN: "352656106647673"\r\n', { number: "352656106647673" });
sm("cgsnSet", { kind: "svn" }, "AT+CGSN=3", '\r\n+CGSN: "12"\r\n', { number: "12" });
sm("cmeeSet", { mode: 1 }, "AT+CMEE=1", "", undefined);
sm("cmeeRead", {}, "AT+CMEE?", "\r\n+CMEE: 0\r\n", { mode: 0 });
sm("iprSet", { baudRate: 1_000_000 }, "AT+IPR=1000000", "", undefined);
sm("xsmver", {}, "AT#XSMVER", '\r\n#XSMVER: "v1.99.0","3.3.99"\r\n', { version: "v1.99.0", libraryVersion: "3.3.99" });
sm("xsmver", {}, "AT#XSMVER", '\r\n#XSMVER: "v1.99.0","3.3.99","lwm2m_carrier"\r\n', {
  version: "v1.99.0",
  libraryVersion: "3.3.99",
  customer: "lwm2m_carrier",
});
slm("xslmver", {}, "AT#XSLMVER", '\r\n#XSLMVER: "2.9.0","2.9.0"\r\n', { version: "2.9.0", libraryVersion: "2.9.0" });
sm("xuuid", {}, "AT#XUUID", "\r\n#XUUID: 50503041-3633-4261-803d-1e2b8f70111a\r\n", {
  uuid: "50503041-3633-4261-803d-1e2b8f70111a",
});
sm("xclac", {}, "AT#XCLAC", "\r\nAT#XSMVER\r\nAT#XSLEEP\r\nAT#XCLAC\r\n", [
  { text: "AT#XSMVER" },
  { text: "AT#XSLEEP" },
  { text: "AT#XCLAC" },
]);

sm("twoDid", {}, "AT%2DID", "\r\n%2DID: 0123456789ABCDEF\r\n", { identity: "0123456789ABCDEF" });
sm("iprRead", {}, "AT+IPR?", "\r\n+IPR: 115200\r\n", { baudRate: 115_200 });
sm("iprTest", {}, "AT+IPR=?", "\r\n+IPR: (115200,230400,460800,921600,1000000)\r\n", {
  baudRates: [115_200, 230_400, 460_800, 921_600, 1_000_000],
});

// Power.
sm("cfunSet", { mode: "normal" }, "AT+CFUN=1", "", undefined);
sm("cfunSet", { mode: "offlineWithUicc" }, "AT+CFUN=44", "", undefined);
sm("cfunRead", {}, "AT+CFUN?", "\r\n+CFUN: 0\r\n", { mode: "powerOff" });
sm("cfunTest", {}, "AT+CFUN=?", "\r\n+CFUN: (0,1,4,20,21,30,31,40,41,44)\r\n", {
  modes: [0, 1, 4, 20, 21, 30, 31, 40, 41, 44],
});
sm("xreset", {}, "AT#XRESET", "", undefined);
sm("xmodemreset", {}, "AT#XMODEMRESET", "\r\n#XMODEMRESET: 0\r\n", { step: "ok" });
sm("xmodemreset", {}, "AT#XMODEMRESET", "\r\n#XMODEMRESET: 2,-5\r\n", { step: "init", error: -5 });
sm("xshutdown", {}, "AT#XSHUTDOWN", "", undefined);
sm("xsleep", { mode: 2 }, "AT#XSLEEP=2", "", undefined);
sm("mdmevSet", { mode: 2 }, "AT%MDMEV=2", "", undefined);

// Registration.
sm("xsystemmodeSet", { lteM: 1, nbIot: 1, gnss: 1, preference: 0 }, "AT%XSYSTEMMODE=1,1,1,0", "", undefined);
sm("xsystemmodeRead", {}, "AT%XSYSTEMMODE?", "\r\n%XSYSTEMMODE: 1,0,1,0\r\n", {
  lteM: 1,
  nbIot: 0,
  gnss: 1,
  preference: 0,
});
sm("ceregSet", { level: 5 }, "AT+CEREG=5", "", undefined);
sm("ceregRead", {}, "AT+CEREG?", '\r\n+CEREG: 5,2,"0901","02024720",7\r\n', {
  level: 5,
  status: "searching",
  trackingArea: 0x0901,
  cellId: 0x02024720,
  technology: "lteM",
});
sm("csconSet", { level: 1 }, "AT+CSCON=1", "", undefined);
sm("cnecSet", { level: 16 }, "AT+CNEC=16", "", undefined);
sm("cgerepSet", { mode: 1 }, "AT+CGEREP=1", "", undefined);
sm("cgerepSet", {}, "AT+CGEREP=", "", undefined);
sm("xmonitor", {}, "AT%XMONITOR", "\r\n%XMONITOR: 2\r\n", { status: "searching" });
sm(
  "xmonitor",
  {},
  "AT%XMONITOR",
  '\r\n%XMONITOR: 5,"Telia N@","Telia N@","24202","0901",7,20,"02024720",428,6300,53,22,"","11100000","11100000","01001001"\r\n',
  {
    status: "roaming",
    longName: "Telia N@",
    shortName: "Telia N@",
    plmn: "24202",
    trackingArea: 0x0901,
    technology: "lteM",
    band: 20,
    cellId: 0x02024720,
    physicalCellId: 428,
    earfcn: 6300,
    rsrp: 53,
    snr: 22,
    edrx: "",
    activeTime: "11100000",
    extendedTau: "11100000",
    periodicTau: "01001001",
  },
);
sm("xcband", {}, "AT%XCBAND", "\r\n%XCBAND: 13\r\n", { band: 13 });
sm("copsRead", {}, "AT+COPS?", '\r\n+COPS: 0,2,"24202",7\r\n', {
  mode: 0,
  format: 2,
  operator: "24202",
  technology: "lteM",
});
sm("cemodeRead", {}, "AT+CEMODE?", "\r\n+CEMODE: 2\r\n", { mode: 2 });
sm(
  "cpsmsSet",
  { mode: 1, periodicTau: "10010100", activeTime: "00000000" },
  'AT+CPSMS=1,,,"10010100","00000000"',
  "",
  undefined,
);

sm("csconRead", {}, "AT+CSCON?", "\r\n+CSCON: 1,0\r\n", { level: 1, mode: 0 });
sm("copsSet", { mode: 1, format: 2, operator: "24202" }, 'AT+COPS=1,2,"24202"', "", undefined);
sm("cemodeSet", { mode: 2 }, "AT+CEMODE=2", "", undefined);
const host = { hostId: "HDID", manufacturer: "HDMAN", model: "HDMOD", software: "HDSW" };
sm("odisSet", host, 'AT+ODIS="HDID","HDMAN","HDMOD","HDSW"', "", undefined);
sm("odisRead", {}, "AT+ODIS?", '\r\n+ODIS: "HDID","HDMAN","HDMOD","HDSW"\r\n', host);
sm("odis", {}, "AT+ODIS", '\r\n+ODIS: "HDID","HDMAN","HDMOD","HDSW"\r\n', host);
sm("odisntfSet", { mode: 1 }, "AT+ODISNTF=1", "", undefined);
sm("ceer", {}, "AT+CEER", "\r\n+CEER: EMM cause 15\r\n", { report: "EMM cause 15" });

// UICC.
sm("xsimSet", { mode: 1 }, "AT%XSIM=1", "", undefined);
sm("xsimRead", {}, "AT%XSIM?", "\r\n%XSIM: 1\r\n", { state: 1 });
sm("xsimRead", {}, "AT%XSIM?", "\r\n%XSIM: 0,1\r\n", { state: 0, cause: "pinRequired" });
sm("cpinRead", {}, "AT+CPIN?", "\r\n+CPIN: READY\r\n", { state: "READY" });
sm("cpinRead", {}, "AT+CPIN?", '\r\n+CPIN: "SIM PIN"\r\n', { state: "SIM PIN" });
sm("cpinr", { kind: "SIM PIN" }, 'AT+CPINR="SIM PIN"', '\r\n+CPINR: "SIM PIN",3\r\n', [
  { kind: "SIM PIN", retries: 3 },
]);
sm("cpinSet", { pin: "1234" }, 'AT+CPIN="1234"', "", undefined);
sm("cimi", {}, "AT+CIMI", "\r\n204080813630037\r\n", { text: "204080813630037" });
sm("xiccid", {}, "AT%XICCID", "\r\n%XICCID: 8901234567012345678F\r\n", { iccid: "8901234567012345678F" });
sm("cnum", {}, "AT+CNUM", '\r\n+CNUM: ,"+4799999999",145\r\n', [{ number: "+4799999999", type: 145 }]);
sm("cnum", {}, "AT+CNUM", "", []);
sm(
  "csim",
  { digits: 10, command: Uint8Array.of(0, 0x70, 0, 0, 1) },
  'AT+CSIM=10,"0070000001"',
  '\r\n+CSIM: 6,"019000"\r\n',
  { digits: 6, answer: Uint8Array.of(1, 0x90, 0) },
);
sm(
  "crsm",
  { command: 176, file: 12258, p1: 0, p2: 0, p3: 10 },
  "AT+CRSM=176,12258,0,0,10",
  '\r\n+CRSM: 144,0,"981032547610325476F8"\r\n',
  { sw1: 144, sw2: 0, answer: Uint8Array.from(Buffer.from("981032547610325476F8", "hex")) },
);

// PDN.
sm("xnewcid", {}, "AT%XNEWCID?", "\r\n%XNEWCID: 1\r\n", { cid: 1 });
sm("cgdcontSet", { cid: 0, type: "ipv4v6", apn: "ibasis.iot" }, 'AT+CGDCONT=0,"IPV4V6","ibasis.iot"', "", undefined);
sm("cgdcontSet", { cid: 1, type: "nonIp", apn: "a" }, 'AT+CGDCONT=1,"Non-IP","a"', "", undefined);
sm("cgdcontSet", { cid: 1 }, "AT+CGDCONT=1", "", undefined);
sm("cgdcontRead", {}, "AT+CGDCONT?", '\r\n+CGDCONT: 0,"","","",0,0\r\n', [
  { cid: 0, type: "", apn: "", address: "", dataCompression: 0, headerCompression: 0 },
]);
sm(
  "cgdcontRead",
  {},
  "AT+CGDCONT?",
  '\r\n+CGDCONT: 0,"IP","ibasis.iot","10.160.148.98",0,0\r\n+CGDCONT: 1,"IPV4V6","b","10.0.0.1 2001:db8::1",0,0\r\n',
  [
    { cid: 0, type: "IP", apn: "ibasis.iot", address: "10.160.148.98", dataCompression: 0, headerCompression: 0 },
    { cid: 1, type: "IPV4V6", apn: "b", address: "10.0.0.1 2001:db8::1", dataCompression: 0, headerCompression: 0 },
  ],
);
sm("cgauth", { cid: 0, method: 1, user: "u", password: "p" }, 'AT+CGAUTH=0,1,"u","p"', "", undefined);
sm("cgactSet", { state: 1, cid: 0 }, "AT+CGACT=1,0", "", undefined);
sm("cgactRead", {}, "AT+CGACT?", "\r\n+CGACT: 0,1\r\n", [{ cid: 0, state: 1 }]);
sm("xgetpdnid", { cid: 0 }, "AT%XGETPDNID=0", "\r\n%XGETPDNID: 0\r\n", { id: 0 });
sm("cgpaddr", { cid: 0 }, "AT+CGPADDR=0", '\r\n+CGPADDR: 0,"10.0.0.1",""\r\n', [
  { cid: 0, address: "10.0.0.1", secondAddress: "" },
]);
sm(
  "cgcontrdp",
  { cid: 0 },
  "AT+CGCONTRDP=0",
  '\r\n+CGCONTRDP: 0,,"example.com","","","198.176.154.230","12.34.56.78",,,,,1464\r\n',
  [
    {
      cid: 0,
      apn: "example.com",
      address: "",
      gateway: "",
      primaryDns: "198.176.154.230",
      secondaryDns: "12.34.56.78",
      mtu: 1464,
    },
  ],
);
sm("xepco", { mode: 1 }, "AT%XEPCO=1", "", undefined);

// Telemetry.
sm("cesqSet", { mode: 1 }, "AT%CESQ=1", "", undefined);
sm("cesq", {}, "AT+CESQ", "\r\n+CESQ: 99,99,255,255,31,62\r\n", {
  rxlev: 99,
  ber: 99,
  rscp: 255,
  ecno: 255,
  rsrq: 31,
  rsrp: 62,
});
sm("xvbat", {}, "AT%XVBAT", "\r\n%XVBAT: 4464\r\n", { millivolts: 4464 });
sm("xtemp", {}, "AT%XTEMP?", "\r\n%XTEMP: 27\r\n", { celsius: 27 });
sm("cclkRead", {}, "AT+CCLK?", '\r\n+CCLK: "26/11/21,18:00:00+04"\r\n', { time: "26/11/21,18:00:00+04" });
sm("cclkSet", { time: "26/11/21,18:00:00+04" }, 'AT+CCLK="26/11/21,18:00:00+04"', "", undefined);
sm("xsnrsq", {}, "AT%XSNRSQ?", "\r\n%XSNRSQ: 34,21\r\n", { snr: 34, srxlev: 21 });
sm("xconnstatSet", { mode: 1 }, "AT%XCONNSTAT=1", "", undefined);
sm("xtimeSet", { mode: 1 }, "AT%XTIME=1", "", undefined);
sm("xconnstatRead", {}, "AT%XCONNSTAT?", "\r\n%XCONNSTAT: 0,1,12,34,708,120\r\n", {
  smsSent: 0,
  smsReceived: 1,
  sentKilobytes: 12,
  receivedKilobytes: 34,
  largestPacket: 708,
  averagePacket: 120,
});

// SMS.
sm("cnmiRead", {}, "AT+CNMI?", "\r\n+CNMI: 0,0,0,0,1\r\n", { mode: 0, mt: 0, bm: 0, ds: 0, bfr: 1 });
sm("cnmiSet", { mode: 3, mt: 2, bm: 0, ds: 1 }, "AT+CNMI=3,2,0,1", "", undefined);
sm("cnmiSet", { mode: 0, mt: 0, bm: 0, ds: 0 }, "AT+CNMI=0,0,0,0", "", undefined);
sm("cnma", { mode: 1 }, "AT+CNMA=1", "", undefined);

// Credentials.
sm(
  "cmngWrite",
  { opcode: 0, tag: 16842753, type: "ca", content: PEM },
  'AT%CMNG=0,16842753,0,"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"',
  "",
  undefined,
);
sm("cmngList", { opcode: 1 }, "AT%CMNG=1", "", []);
sm("cmngList", { opcode: 1, tag: 16842753 }, "AT%CMNG=1,16842753", `\r\n%CMNG: 16842753,0,"${SHA}"\r\n`, [
  { tag: 16842753, type: "ca", digest: SHA },
]);
sm(
  "cmngList",
  { opcode: 1 },
  "AT%CMNG=1",
  `\r\n%CMNG: 25,3,"${SHA}"\r\n%CMNG: 25,4,"${SHA}"\r\n%CMNG: 4294967292,11\r\n`,
  [
    { tag: 25, type: "psk", digest: SHA },
    { tag: 25, type: "pskIdentity", digest: SHA },
    { tag: 4294967292, type: "nordicBasePublicKey" },
  ],
);
sm(
  "cmngRead",
  { opcode: 2, tag: 16842753, type: "pskIdentity" },
  "AT%CMNG=2,16842753,4",
  `\r\n%CMNG: 16842753,4,"${SHA}","nrf-124578"\r\n`,
  [{ tag: 16842753, type: "pskIdentity", digest: SHA, content: bytes("nrf-124578") }],
);
sm(
  "cmngRead",
  { opcode: 2, tag: 42, type: "ca" },
  "AT%CMNG=2,42,0",
  `\r\n%CMNG: 42,0,"${SHA}","-----BEGIN CERTIFICATE-----\r\nMIIB\r\n\r\nOK\r\n"\r\n`,
  [{ tag: 42, type: "ca", digest: SHA, content: bytes("-----BEGIN CERTIFICATE-----\r\nMIIB\r\n\r\nOK\r\n") }],
);
sm("cmngDelete", { opcode: 3, tag: 25, type: "psk" }, "AT%CMNG=3,25,3", "", undefined);

// Sockets of Serial Modem.
sm("xsocketSet", { family: "ipv4", type: "datagram", role: "client" }, "AT#XSOCKET=1,2,0", "\r\n#XSOCKET: 0,2,17\r\n", {
  handle: 0,
  type: "datagram",
  protocol: 17,
});
sm("xsocketRead", {}, "AT#XSOCKET?", "\r\n#XSOCKET: 0,1,0,2,0\r\n\r\n#XSOCKET: 1,2,0,1,0\r\n", [
  { handle: 0, family: "ipv4", role: "client", type: "datagram", pdn: 0 },
  { handle: 1, family: "ipv6", role: "client", type: "stream", pdn: 0 },
]);
sm(
  "xssocketSet",
  { family: "ipv4", type: "datagram", role: "client", securityTag: 26, peerVerify: 2 },
  "AT#XSSOCKET=1,2,0,26,2",
  "\r\n#XSSOCKET: 0,2,273\r\n",
  { handle: 0, type: "datagram", protocol: 273 },
);
sm(
  "xssocketopt",
  { handle: 0, operation: 1, option: "hostname", value: "example.com" },
  'AT#XSSOCKETOPT=0,1,2,"example.com"',
  "",
  undefined,
);
sm(
  "xssocketopt",
  { handle: 0, operation: 1, option: "connectionId", value: "1" },
  "AT#XSSOCKETOPT=0,1,14,1",
  "",
  undefined,
);
sm(
  "xssocketopt",
  { handle: 0, operation: 0, option: "cipherSuiteUsed" },
  "AT#XSSOCKETOPT=0,0,4",
  "\r\n#XSSOCKETOPT: 0,0xc0a8\r\n",
  { handle: 0, value: "0xc0a8" },
);
sm("xsocketopt", { handle: 0, operation: 1, option: 61, value: 2 }, "AT#XSOCKETOPT=0,1,61,2", "", undefined);
sm("xsocketopt", { handle: 0, operation: 0, option: 20 }, "AT#XSOCKETOPT=0,0,20", "\r\n#XSOCKETOPT: 0,30\r\n", {
  handle: 0,
  value: 30,
});
sm("xbind", { handle: 0, port: 5683 }, "AT#XBIND=0,5683", "", undefined);
sm(
  "xconnect",
  { handle: 0, host: "example.com", port: 5684 },
  'AT#XCONNECT=0,"example.com",5684',
  "\r\n#XCONNECT: 0,1\r\n",
  { handle: 0, connected: 1 },
);
sm("xsendText", { handle: 0, mode: 0, flags: 0, data: "Test" }, 'AT#XSEND=0,0,0,"Test"', "\r\n#XSEND: 0,0,4\r\n", {
  handle: 0,
  acknowledged: 0,
  size: 4,
});
sm(
  "xsendHex",
  { handle: 0, mode: 1, flags: 512, data: Uint8Array.of(0x40, 0x01, 0xff) },
  'AT#XSEND=0,1,512,"4001FF"',
  "\r\n#XSEND: 0,1,3\r\n",
  { handle: 0, acknowledged: 1, size: 3 },
);
sm(
  "xrecv",
  { handle: 0, mode: "text", flags: 64, timeout: 0 },
  "AT#XRECV=0,0,64,0",
  "\r\n#XRECV: 0,0,12\r\nab\r\nOK\r\n\0\xff\r\n",
  { handle: 0, mode: "text", size: 12, data: bytes("ab\r\nOK\r\n\0\xff\r\n") },
);
sm(
  "xrecv",
  { handle: 0, mode: "hex", flags: 0, timeout: 10, size: 3 },
  "AT#XRECV=0,1,0,10,3",
  "\r\n#XRECV: 0,1,3\r\n4001ff",
  { handle: 0, mode: "hex", size: 3, data: bytes("4001ff") },
);
sm("xrecv", { handle: 0, mode: "text", flags: 0, timeout: 10 }, "AT#XRECV=0,0,0,10", "", undefined);
sm(
  "xsendtoHex",
  { handle: 0, mode: 1, flags: 0, host: "192.0.2.1", port: 5683, data: Uint8Array.of(0x40) },
  'AT#XSENDTO=0,1,0,"192.0.2.1",5683,"40"',
  "\r\n#XSENDTO: 0,0,1\r\n",
  { handle: 0, acknowledged: 0, size: 1 },
);
sm(
  "xsendtoText",
  { handle: 0, mode: 0, flags: 0, host: "192.0.2.1", port: 5683, data: "Test" },
  'AT#XSENDTO=0,0,0,"192.0.2.1",5683,"Test"',
  "\r\n#XSENDTO: 0,0,4\r\n",
  { handle: 0, acknowledged: 0, size: 4 },
);
sm("xssocketRead", {}, "AT#XSSOCKET?", "\r\n#XSSOCKET: 2,1,0,1,16842753,0\r\n", [
  { handle: 2, family: "ipv4", role: "client", type: "stream", securityTag: 16842753, pdn: 0 },
]);
sm(
  "xrecvfrom",
  { handle: 0, mode: "text", flags: 64, timeout: 0 },
  "AT#XRECVFROM=0,0,64,0",
  '\r\n#XRECVFROM: 0,0,2,"192.0.2.1",5683\r\n\r\n',
  { handle: 0, mode: "text", size: 2, address: "192.0.2.1", port: 5683, data: bytes("\r\n") },
);
sm("xapoll", { handle: 0, operation: 1, events: 1 }, "AT#XAPOLL=0,1,1", "", undefined);
sm("xapoll", { operation: 0 }, "AT#XAPOLL=,0", "", undefined);
sm("xrecvcfg", { handle: 0, flags: 1, hex: 1 }, "AT#XRECVCFG=0,1,1", "", undefined);
sm("xcloseSet", { handle: 0 }, "AT#XCLOSE=0", "\r\n#XCLOSE: 0,0\r\n", [{ handle: 0, result: 0 }]);
sm("xclose", {}, "AT#XCLOSE", "\r\n#XCLOSE: 0,0\r\n\r\n#XCLOSE: 1,0\r\n", [
  { handle: 0, result: 0 },
  { handle: 1, result: 0 },
]);
sm(
  "xgetaddrinfo",
  { host: "example.com" },
  'AT#XGETADDRINFO="example.com"',
  '\r\n#XGETADDRINFO: "192.0.2.1 2001:db8::1"\r\n',
  { addresses: "192.0.2.1 2001:db8::1" },
);
sm("xdatactrlSet", { timeLimit: 1000 }, "AT#XDATACTRL=1000", "", undefined);
sm("xdatactrlRead", {}, "AT#XDATACTRL?", "\r\n#XDATACTRL: 1000,366\r\n", { timeLimit: 1000, least: 366 });

// Sockets of the older Serial LTE Modem.
slm(
  "slmXsocketOpen",
  { family: "ipv4", type: "datagram", role: "client" },
  "AT#XSOCKET=1,2,0",
  "\r\n#XSOCKET: 1,2,17\r\n",
  { handle: 1, type: "datagram", protocol: 17 },
);
slm("slmXsocketClose", { operation: 0 }, "AT#XSOCKET=0", '\r\n#XSOCKET: 0,"closed"\r\n', { result: 0, text: "closed" });
slm(
  "slmXssocketOpen",
  { family: "ipv4", type: "datagram", role: "client", securityTag: 16842753 },
  "AT#XSSOCKET=1,2,0,16842753",
  "\r\n#XSSOCKET: 2,2,273\r\n",
  { handle: 2, type: "datagram", protocol: 273 },
);
slm("slmXssocketClose", { operation: 0 }, "AT#XSSOCKET=0", '\r\n#XSOCKET: 0,"closed"\r\n', {
  result: 0,
  text: "closed",
});
slm("slmXsocketRead", {}, "AT#XSOCKET?", "\r\n#XSOCKET: 3,1,0,1,0\r\n", {
  handle: 3,
  family: 1,
  role: "client",
  type: "stream",
  pdn: 0,
});
slm("slmXbind", { port: 1234 }, "AT#XBIND=1234", "", undefined);
slm(
  "slmXsendtoText",
  { host: "test.server.com", port: 1234, data: "Test UDP" },
  'AT#XSENDTO="test.server.com",1234,"Test UDP"',
  "\r\n#XSENDTO: 8\r\n",
  { size: 8 },
);
slm("slmXsocketselectSet", { handle: 4 }, "AT#XSOCKETSELECT=4", "\r\n#XSOCKETSELECT: 4\r\n", { handle: 4 });
slm(
  "slmXsocketselectRead",
  {},
  "AT#XSOCKETSELECT?",
  "\r\n#XSOCKETSELECT: 0,1,0,1,-1,2,0\r\n\r\n#XSOCKETSELECT: 3,1,0,2,16842755,5,0\r\n\r\n#XSOCKETSELECT: 3\r\n",
  [
    { handle: 0, family: 1, role: "client", type: "stream", securityTag: -1, ranking: 2, pdn: 0 },
    { handle: 3, family: 1, role: "client", type: "datagram", securityTag: 16842755, ranking: 5, pdn: 0 },
    { handle: 3 },
  ],
);
slm(
  "slmXconnect",
  { host: "test.server.com", port: 1234 },
  'AT#XCONNECT="test.server.com",1234',
  "\r\n#XCONNECT: 1\r\n",
  { connected: 1 },
);
slm("slmXsendText", { data: "Test TCP" }, 'AT#XSEND="Test TCP"', "\r\n#XSEND: 8\r\n", { size: 8 });
slm("slmXrecv", { timeout: 10 }, "AT#XRECV=10", "\r\n#XRECV: 7\r\nTest OK", { size: 7, data: bytes("Test OK") });
slm("slmXrecvfrom", { timeout: 10 }, "AT#XRECVFROM=10", '\r\n#XRECVFROM: 7,"192.168.1.100",24210\r\nTest OK', {
  size: 7,
  address: "192.168.1.100",
  port: 24210,
  data: bytes("Test OK"),
});
slm(
  "slmXpoll",
  { timeout: 2000, handles: [] },
  "AT#XPOLL=2000",
  '\r\n#XPOLL: 0,"0x0001"\r\n\r\n#XPOLL: 1,"0x0001"\r\n',
  [
    { handle: 0, events: 1 },
    { handle: 1, events: 1 },
  ],
);
slm("slmXsocketopt", { operation: 0, option: 20 }, "AT#XSOCKETOPT=0,20", "\r\n#XSOCKETOPT: 30\r\n", { value: 30 });
slm("slmXssocketopt", { operation: 1, option: 5, value: "2" }, "AT#XSSOCKETOPT=1,5,2", "", undefined);

// Firmware.
sm("xdfuinit", { type: "delta", size: 250_000 }, "AT#XDFUINIT=1,250000", "", undefined);
sm("xdfuapply", { type: "delta" }, "AT#XDFUAPPLY=1", "", undefined);
sm(
  "xfotaStart",
  { type: "delta", url: "https://example.com/delta.bin", securityTag: 16842753 },
  'AT#XFOTA=2,"https://example.com/delta.bin",16842753',
  "",
  undefined,
);
sm("xfotaStop", { operation: 0 }, "AT#XFOTA=0", "", undefined);
sm("xfotaOffset", { operation: 7 }, "AT#XFOTA=7", "\r\n#XFOTA: 294912,2621440\r\n", { area: 294912, offset: 2621440 });
sm("xfotaErase", { operation: 9 }, "AT#XFOTA=9", "", undefined);

export const EXCHANGES: readonly ExchangeSample[] = both;
