/** The management server's commands that speak of several places at once, and of notification attributes. */
import type { SingleValue } from "../../services/lwm2m/model.ts";
import { findResource, OBJECTS } from "../../services/lwm2m/objects/index.ts";
import { formatPath, parsePath } from "../../services/lwm2m/path.ts";
import type { ReadAnswer, Testbed } from "../../testbed/index.ts";
import { type Answer, CommandError, type Commands } from "./command.ts";
import { alignRows, type Row } from "./contentNode.ts";
import { addressed, coded, completeEndpoint } from "./deviceAnswer.ts";
import { parseSingle, plainValue, showSingle } from "./resourceValues.ts";

/** Places that one command names. */
const MAX_PLACES = 100;

export const COMPOSITE_COMMANDS: Commands<Testbed> = {
  "read-composite": {
    usage: "read-composite [ENDPOINT] PATH...",
    text: "Read-Composite: read-composite /3/0/0 /5/0",
    words: [1, MAX_PLACES],
    run: async (testbed, words) => {
      const [endpoint, ...paths] = addressed(testbed, words);
      return told(await testbed.management.readComposite(endpoint, paths));
    },
    complete: completeEndpoint,
  },
  "write-composite": {
    usage: "write-composite [ENDPOINT] PATH=VALUE...",
    text: "Write-Composite, all or nothing; -PATH takes a resource instance away",
    words: [1, MAX_PLACES],
    run: async (testbed, words) => {
      const [endpoint, ...writes] = addressed(testbed, words, /^-?\//);
      return coded(await testbed.management.writeComposite(endpoint, Object.fromEntries(writes.map(writeOf))));
    },
    complete: completeEndpoint,
  },
  "observe-composite": {
    usage: "observe-composite [ENDPOINT] PATH...",
    text: "Observe-Composite: notifications are printed as they come",
    words: [1, MAX_PLACES],
    run: async (testbed, words) => {
      const [endpoint, ...paths] = addressed(testbed, words);
      return told((await testbed.management.observeComposite(endpoint, paths)).answer);
    },
    complete: completeEndpoint,
  },
  attributes: {
    usage: "attributes [ENDPOINT] PATH NAME[=VALUE]...",
    text: "Write-Attributes: attributes /3/0/9 pmin=5 gt; a bare name takes it away",
    words: [2, MAX_PLACES],
    run: async (testbed, words) => {
      const [endpoint, path = "", ...attributes] = addressed(testbed, words);
      return coded(
        await testbed.management.writeAttributes(endpoint, path, Object.fromEntries(attributes.map(pairOf))),
      );
    },
    complete: completeEndpoint,
  },
};

function pairOf(word: string): readonly [name: string, value: string | null] {
  const at = word.indexOf("=");
  return at < 0 ? [word, null] : [word.slice(0, at), word.slice(at + 1)];
}

function writeOf(word: string): readonly [path: string, value: SingleValue | null] {
  if (word.startsWith("-")) return [word.slice(1), null];
  const [path, text] = pairOf(word);
  if (text === null) throw new CommandError(`${word} has no value: write PATH=VALUE, or -PATH to take it away`);
  return [path, parseSingle(resourceAt(path), text, parsePath(path))];
}

function told(answer: ReadAnswer): Answer {
  coded(answer);
  const values = answer.values ?? [];
  const rows = values.map(({ path, value }): Row => {
    const resource = resourceAt(path);
    return [formatPath(parsePath(path)), resource.name, showSingle(resource, value)];
  });
  return {
    value: Object.fromEntries(values.map(({ path, value }) => [path, plainValue(value)])),
    lines: rows.length === 0 ? ["there is nothing in it"] : alignRows(rows),
  };
}

function resourceAt(text: string) {
  const path = parsePath(text);
  const definition = OBJECTS.get(path.objectId ?? -1);
  const resource = definition && findResource(definition, path.resourceId ?? -1);
  if (resource === undefined) throw new CommandError(`${text} is no resource of an object that is known here`);
  return resource;
}
