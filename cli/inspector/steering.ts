/** What a page may do to a carrier that this command runs: its buttons and forms, and who does it. */
import type { Carrier } from "../../carrier/createCarrier.ts";
import type { Control, Steering } from "../../inspector/options.ts";
import type { Edition } from "../../machines/edition.ts";
import { MODEM_FAULT_NAMES, type ModemFault, type ModemFaultName, type SimulatedModem } from "../../modem/index.ts";
import { DATAGRAM_FAULTS, type DatagramFaultName, type DatagramFaults } from "../../testbed/datagramFaults.ts";
import type { Testbed } from "../../testbed/index.ts";
import { DEVICE_COMMANDS, REQUEST_NAMES } from "../console/deviceCommands.ts";
import { parseFault } from "../modem/faultText.ts";

/** The device of now: after a loss of power it is another one. */
export interface SteeredDevice {
  readonly carrier: Carrier;
  readonly edition: Edition;
  /** Where faults of the network strike. */
  readonly datagrams: DatagramFaults;
  /** Absent: the modem is a real one. */
  readonly simulated?: SimulatedModem | undefined;
  /** The servers, where they run in this process. */
  readonly testbed?: Testbed | undefined;
}

export interface SteeringOptions {
  readonly edition: Edition;
  readonly hasSimulatedModem: boolean;
  readonly hasTestbed: boolean;
  /** Undefined while there is none. */
  device(): SteeredDevice | undefined;
}

/** What the application may say of its device, and a page set: nothing that could be a secret. */
const SETTABLE = ["/3/0/10", "/3/0/6", "/3/0/9", "/3/0/14", "/3/0/15", "/3/0/20"];
const PATHS_OF_SEND = /[\s,]+/;

export function steeringOf(options: SteeringOptions): Steering {
  const present = () => {
    const device = options.device();
    if (device === undefined) throw new Error("The device is not there yet.");
    return device;
  };
  return {
    send: true,
    fire: (_, seq) => options.device()?.carrier.inspection.fire(seq) ?? false,
    freeze: {
      pause: () => options.device()?.carrier.inspection.freeze.pause(),
      resume: () => options.device()?.carrier.inspection.freeze.resume(),
    },
    controls: [
      ...applicationControls(options.edition, present),
      ...networkControls(present),
      ...(options.hasSimulatedModem ? modemControls(present) : []),
      ...(options.hasTestbed ? serverControls(present) : []),
    ],
  };
}

type Present = () => SteeredDevice;

function applicationControls({ id, policy }: Edition, present: Present): Control[] {
  const group = "Application";
  const requests = [...REQUEST_NAMES].flatMap(([text, name]) => (policy.requests.includes(name) ? [text] : []));
  const command = (name: "request" | "send" | "set", words: readonly string[]) => {
    const device = { carrier: present().carrier, edition: id };
    return DEVICE_COMMANDS[name]!.run(device, words);
  };
  return [
    ...(requests.length === 0
      ? []
      : [
          {
            name: "request",
            label: "Request of the application",
            description: "lwm2m_carrier_request()",
            group,
            fields: [{ name: "request", label: "Request", type: "choice", choices: requests, default: requests[0]! }],
            run: async ({ request }) => (await command("request", [String(request)])).value,
          } satisfies Control,
        ]),
    ...(policy.sendsData
      ? [
          {
            name: "send",
            label: "Send values to the servers",
            description: "lwm2m_carrier_data_send()",
            group,
            fields: [{ name: "paths", label: "Paths", type: "text", default: "/4/0/2" }],
            run: async ({ paths }) => (await command("send", String(paths).trim().split(PATHS_OF_SEND))).value,
          } satisfies Control,
        ]
      : []),
    {
      name: "set",
      label: "Set a value of the device",
      group,
      fields: [
        { name: "path", label: "Resource", type: "choice", choices: SETTABLE, default: SETTABLE[0]! },
        { name: "value", label: "Value", type: "text", default: "55" },
      ],
      run: async ({ path, value }) => {
        await command("set", [String(path), ...String(value).trim().split(/\s+/)]);
      },
    },
    {
      name: "restart",
      label: "Restart the device",
      description: "It starts again from what is stored.",
      group,
      fields: [],
      run: () => present().carrier.restart(),
    },
  ];
}

const TOWARDS: Readonly<Record<string, "in" | "out" | undefined>> = { "to servers": "out", "to the device": "in" };

function networkControls(present: Present): Control[] {
  const group = "Network";
  return [
    {
      name: "datagram",
      label: "Spoil the next datagrams",
      group,
      fields: [
        { name: "fault", label: "What happens", type: "choice", choices: DATAGRAM_FAULTS, default: "drop" },
        { name: "towards", label: "Which", type: "choice", choices: ["any", ...Object.keys(TOWARDS)], default: "any" },
        { name: "times", label: "How many", type: "number", minimum: 1, maximum: 1_000, default: 1 },
        { name: "delayMs", label: "Delay, ms", type: "number", minimum: 1, maximum: 600_000, default: 3_000 },
      ],
      run: ({ fault, towards, times, delayMs }) => {
        const direction = TOWARDS[String(towards)];
        present().datagrams.add({
          name: fault as DatagramFaultName,
          times: Number(times ?? 1),
          delayMs: Number(delayMs ?? 3_000),
          ...(direction && { direction }),
        });
      },
    },
    {
      name: "datagrams.clear",
      label: "Spoil no more datagrams",
      group,
      fields: [],
      run: () => present().datagrams.clear(),
    },
  ];
}

function modemControls(present: Present): Control[] {
  const group = "Modem";
  const modem = () => {
    const { simulated } = present();
    if (simulated === undefined) throw new Error("The modem is not a simulated one.");
    return simulated;
  };
  return [
    {
      name: "link.pull",
      label: "Pull the link",
      description: "The modem loses its registration with the network.",
      group,
      fields: [{ name: "lasting", label: "Until it is restored", type: "flag", default: false }],
      run: ({ lasting }) => modem().inject({ name: "registrationLost", ...(lasting !== true && { times: 1 }) }),
    },
    {
      name: "link.restore",
      label: "Restore the link",
      group,
      fields: [],
      run: () => modem().clear("registrationLost"),
    },
    {
      name: "key.refuse",
      label: "Refuse the next key",
      description: "The modem does not take the next credential that is written to it.",
      group,
      fields: [],
      run: () => modem().inject({ name: "keyWriteRefused", times: 1 }),
    },
    {
      name: "fault",
      label: "Make the modem fail",
      group,
      fields: [
        { name: "fault", label: "Fault", type: "choice", choices: MODEM_FAULT_NAMES, default: "attachTimesOut" },
        { name: "number", label: "Cause, code or octets", type: "text", default: "" },
        { name: "times", label: "How often; 0: until cleared", type: "number", minimum: 0, maximum: 1_000, default: 1 },
      ],
      run: ({ fault, number = "", times }) => {
        const count = Number(times ?? 1);
        modem().inject(
          parseFault(`${fault}${number === "" ? "" : `=${number}`}${count === 0 ? "" : `:${count}`}`) as ModemFault,
        );
      },
    },
    {
      name: "fault.clear",
      label: "End a fault of the modem",
      group,
      fields: [
        { name: "fault", label: "Fault", type: "choice", choices: MODEM_FAULT_NAMES, default: "attachTimesOut" },
      ],
      run: ({ fault }) => modem().clear(fault as ModemFaultName),
    },
  ];
}

function serverControls(present: Present): Control[] {
  const group = "Servers";
  const testbed = () => {
    const { testbed } = present();
    if (testbed === undefined) throw new Error("The servers do not run here.");
    return testbed;
  };
  const images = ["good image", "spoilt image", "host nobody trusts", "over CoAP"] as const;
  const uriOf = (image: unknown) => {
    const { urls } = testbed();
    return [urls.goodImage, urls.badImage, urls.otherCaImage, urls.coapImage][images.indexOf(image as never)]!;
  };
  return [
    {
      name: "server.update",
      label: "Update the firmware",
      description: "The management server writes the Package URI, and Update when the image is there.",
      group,
      fields: [{ name: "image", label: "Image", type: "choice", choices: images, default: images[0] }],
      run: ({ image }) => {
        // How it went is for the records to tell.
        testbed()
          .management.updateFirmware(present().carrier.endpoint, { uri: uriOf(image) })
          .catch(() => {});
      },
    },
    {
      name: "server.read",
      label: "Read from the device",
      group,
      fields: [{ name: "path", label: "Path", type: "text", default: "/3/0" }],
      run: async ({ path }) => {
        const { code } = await testbed().management.read(present().carrier.endpoint, String(path));
        return code;
      },
    },
    {
      name: "server.observe",
      label: "Observe a resource",
      group,
      fields: [{ name: "path", label: "Path", type: "text", default: "/4/0/2" }],
      run: async ({ path }) =>
        (await testbed().management.observe(present().carrier.endpoint, String(path))).answer.code,
    },
    {
      name: "server.silent",
      label: "Silence the management server",
      description: "It hears requests and answers none.",
      group,
      fields: [{ name: "silent", label: "Silent", type: "flag", default: true }],
      run: ({ silent }) => testbed().management.setBehaviour(silent === true ? { kind: "silent" } : undefined),
    },
    {
      name: "server.forget",
      label: "Have the server forget the device",
      description: "As a server that was restarted: the next Update is answered 4.04.",
      group,
      fields: [],
      run: () => testbed().management.forget(present().carrier.endpoint),
    },
  ];
}
