/** What the application says of its device, with the carrier library's rules. */
import { describe, expect, it } from "@jest/globals";
import { setNetworkTime } from "../../services/lwm2m/device/deviceObject.ts";
import {
  BINARY_APP_DATA_CONTAINER,
  DeviceValues,
  EVENT_LOG,
  encodeVelocity,
  setConnectivity,
} from "../../services/lwm2m/index.ts";
import { makeDevice, type TestDevice } from "./support/device.ts";

function make(): { device: TestDevice; values: DeviceValues } {
  const device = makeDevice();
  device.tree.add(BINARY_APP_DATA_CONTAINER);
  device.tree.add(EVENT_LOG);
  return { device, values: new DeviceValues(device.tree) };
}

describe("power sources", () => {
  it("give each reading the resource instance of its source", () => {
    const { device, values } = make();
    values.setPowerSources(["usb", "internalBattery"]);
    values.setVoltage("internalBattery", 3_700);
    values.setCurrent("usb", 500);
    values.setBatteryLevel(80);
    values.setBatteryStatus("charging");
    expect([6, 7, 8, 9, 20].map((id) => device.tree.get(3, 0, id))).toEqual([
      new Map([
        [0, 5],
        [1, 1],
      ]),
      new Map([[1, 3_700]]),
      new Map([[0, 500]]),
      80,
      1,
    ]);
  });

  it("reset all readings when they are set anew", () => {
    const { device, values } = make();
    values.setPowerSources(["internalBattery"]);
    values.setVoltage("internalBattery", 3_700);
    values.setBatteryLevel(80);
    values.setPowerSources(["internalBattery", "solar"]);
    expect([7, 8, 9, 20].map((id) => device.tree.get(3, 0, id))).toEqual([undefined, undefined, undefined, undefined]);
  });

  it("refuse a reading for a source that is not listed", () => {
    const { device, values } = make();
    values.setPowerSources(["dc"]);
    expect(() => values.setVoltage("ac", 230_000)).toThrow("power source ac is not listed");
    expect(() => values.setCurrent("internalBattery", 1)).toThrow("power source internalBattery is not listed");
    expect(() => values.setBatteryLevel(50)).toThrow("power source internalBattery is not listed");
    expect(() => values.setBatteryStatus("low")).toThrow("power source internalBattery is not listed");
    expect([7, 8, 9, 20].map((id) => device.tree.get(3, 0, id))).toEqual([undefined, undefined, undefined, undefined]);
  });

  it("refuse a level beyond 100 percent", () => {
    const { values } = make();
    values.setPowerSources(["internalBattery"]);
    expect(() => values.setBatteryLevel(101)).toThrow(expect.objectContaining({ code: "outOfRange" }));
  });
});

describe("error codes", () => {
  it("are added once, removed, and 0 stands for none", () => {
    const { device, values } = make();
    values.addErrorCode("lowBattery");
    values.addErrorCode("gpsFailure");
    values.addErrorCode("lowBattery");
    expect(device.tree.get(3, 0, 11)).toEqual(
      new Map([
        [0, 1],
        [1, 3],
      ]),
    );
    values.removeErrorCode("lowBattery");
    expect(device.tree.get(3, 0, 11)).toEqual(new Map([[0, 3]]));
    values.removeErrorCode("gpsFailure");
    expect(device.tree.get(3, 0, 11)).toEqual(new Map([[0, 0]]));
  });
});

describe("time and memory", () => {
  it("run on from the time that was set", () => {
    const { device, values } = make();
    values.setTime(1_800_000_000);
    device.clock.advance(90_000);
    expect(device.tree.get(3, 0, 13)).toBe(1_800_000_090);
    values.setUtcOffset("+05:30");
    values.setTimezone("Asia/Kolkata");
    expect([device.tree.get(3, 0, 14), device.tree.get(3, 0, 15)]).toEqual(["+05:30", "Asia/Kolkata"]);
    expect(() => values.setUtcOffset("+25:00")).toThrow(expect.objectContaining({ code: "outOfRange" }));
  });

  it("have no more memory free than there is", () => {
    const { device, values } = make();
    values.setMemory({ totalKilobytes: 256, freeKilobytes: 100 });
    expect(() => values.setMemory({ freeKilobytes: 300 })).toThrow("300 kB free of 256 kB");
    expect([device.tree.get(3, 0, 10), device.tree.get(3, 0, 21)]).toEqual([100, 256]);
  });
});

describe("location", () => {
  it("comes with object 6 when the first position is set", () => {
    const { device, values } = make();
    expect(device.tree.instanceIds(6)).toEqual([]);
    values.setPosition({ latitude: 63.42, longitude: 10.39, timestamp: 1_800_000_000.5 });
    values.setVelocity({ heading: 270, horizontalSpeed: 36 });
    expect([0, 1, 2, 5, 6].map((id) => device.tree.get(6, 0, id))).toEqual([
      63.42,
      10.39,
      undefined,
      1_800_000_000,
      10,
    ]);
    expect(() => values.setPosition({ latitude: 91, longitude: 0, timestamp: 0 })).toThrow("latitude 91");
  });

  const velocities: readonly (readonly [string, Parameters<typeof encodeVelocity>[0], readonly number[]])[] = [
    ["horizontal", { heading: 45, horizontalSpeed: 300 }, [0x00, 45, 0x01, 0x2c]],
    ["with vertical", { heading: 300, horizontalSpeed: 1, verticalSpeed: -5 }, [0x13, 44, 0, 1, 5]],
    ["with uncertainty", { heading: 0, horizontalSpeed: 1, horizontalUncertainty: 2 }, [0x20, 0, 0, 1, 2]],
    [
      "with vertical and uncertainty",
      { heading: 0, horizontalSpeed: 1, verticalSpeed: 3, verticalUncertainty: 4 },
      [0x30, 0, 0, 1, 3, 255, 4],
    ],
  ];
  for (const [name, velocity, wire] of velocities) {
    it(`encodes a velocity ${name} (3GPP TS 23.032)`, () => expect([...encodeVelocity(velocity)]).toEqual(wire));
  }

  it("refuses a velocity that the encoding cannot hold", () => {
    expect(() => encodeVelocity({ heading: 360, horizontalSpeed: 0 })).toThrow("heading 360");
    expect(() => encodeVelocity({ heading: 0, horizontalSpeed: -1 })).toThrow("horizontal speed -1");
    expect(() => encodeVelocity({ heading: 0, horizontalSpeed: 0, verticalUncertainty: 1 })).toThrow("vertical speed");
  });
});

describe("containers", () => {
  it("take identities, application data and logs, their instances made as needed", () => {
    const { device, values } = make();
    values.setPortfolioIdentity(2, 0, "host");
    values.setPortfolioIdentity(2, 3, "software");
    values.setAppData(0, 0, Uint8Array.of(1, 2));
    values.setLogData(Uint8Array.of(3));
    expect(device.tree.get(16, 2, 0)).toEqual(
      new Map([
        [0, "host"],
        [3, "software"],
      ]),
    );
    expect(device.tree.get(19, 0, 0)).toEqual(new Map([[0, Uint8Array.of(1, 2)]]));
    expect(device.tree.get(20, 0, 4014)).toEqual(Uint8Array.of(3));
  });

  it("are refused where the device does not have the object", () => {
    const device = makeDevice();
    expect(() => new DeviceValues(device.tree).setLogData(Uint8Array.of(1))).toThrow("no object 20");
  });
});

describe("the time of the device", () => {
  it("is the network's until a server or the application says another", () => {
    const { device, values } = make();
    const now = () => Number(device.tree.get(3, 0, 13));
    const changes: number[] = [];
    device.tree.onChange((told) => changes.push(...told.map(({ resourceId }) => resourceId ?? -1)));
    setNetworkTime(device.tree, 1_800_000_000.9);
    setNetworkTime(device.tree, 1_800_000_000);
    expect([now(), changes]).toEqual([1_800_000_000, [13]]);
    device.clock.advance(10_000);
    expect(now()).toBe(1_800_000_010);
    values.setTime(1_900_000_000);
    setNetworkTime(device.tree, 1_800_000_020);
    expect(now()).toBe(1_900_000_000);
  });
});

describe("connectivity", () => {
  it("shows what the modem says", () => {
    const { tree } = makeDevice();
    setConnectivity(tree, {
      signal: { rsrpDbm: -97.4, rsrqDb: -11 },
      cell: { plmn: "24201", trackingArea: 0x1234, cellId: 77, technology: "nbIot" },
      pdn: { apn: "iot.example", addresses: ["10.0.0.2", "2001:db8::2"], dnsServers: [] },
    });
    expect([0, 1, 2, 3, 8, 9, 10, 12].map((id) => tree.get(4, 0, id))).toEqual([
      7,
      new Map([[0, 7]]),
      -97,
      -11,
      77,
      1,
      242,
      0x1234,
    ]);
    expect(tree.get(4, 0, 4)).toEqual(
      new Map([
        [0, "10.0.0.2"],
        [1, "2001:db8::2"],
      ]),
    );
    expect(tree.get(4, 0, 7)).toEqual(new Map([[0, "iot.example"]]));
  });
});
