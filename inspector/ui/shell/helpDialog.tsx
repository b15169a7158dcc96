import { CHART_KEYS } from "../statechart/chartKeys.ts";
import { COMMANDS } from "./commands.ts";
import { Overlay } from "./overlay.tsx";

const SHOWN_KEYS: Readonly<Record<string, string>> = { Escape: "Esc", J: "Shift J", K: "Shift K" };

/** The keys that commands.ts lists, and how the filter is written. */
export function HelpDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <Overlay title="Keys" onClose={onClose}>
      <div class="help">
        {COMMANDS.map(({ title, commands }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {commands.map(({ key, label }) => (
                <div key={key}>
                  <dt>
                    <kbd>{SHOWN_KEYS[key] ?? key}</kbd>
                  </dt>
                  <dd>{label}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <section>
          <h3>In the statechart</h3>
          <dl>
            {CHART_KEYS.map(([keys, does]) => (
              <div key={keys}>
                <dt>
                  <kbd>{keys}</kbd>
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </section>
        <section>
          <h3>Filter</h3>
          <dl class="examples">
            {FILTERS.map(([example, means]) => (
              <div key={example}>
                <dt>
                  <code>{example}</code>
                </dt>
                <dd>{means}</dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
      <p class="help-foot">
        Tab moves between the parts of the page; arrow keys move within the part that has the focus.
      </p>
    </Overlay>
  );
}

const FILTERS: readonly (readonly [string, string])[] = [
  ["bootstrap", "records that say so anywhere"],
  ["kind==coap", "of one kind"],
  ['actor==register && event~"deferred"', "steps of one statechart, by event"],
  ["!kind==timer", "all others"],
];
