/** What a guard was asked and what it said: its parts, its parameters and everything that it read. */
import type { GuardAnswer } from "../../../records.ts";
import { summaryOf } from "../shared/valueTree.ts";

const SIGNS = { yes: "✓", no: "✗", threw: "!", unasked: "–" } as const;

export function GuardView({ guard }: { guard: GuardAnswer }) {
  const said = saidBy(guard);
  const inputs: (readonly [string, unknown])[] = Object.entries(guard.inputs ?? {});
  if (guard.params !== undefined) inputs.push(["parameters", guard.params]);
  return (
    <div class={`guard said-${said}`}>
      <div class="guard-head">
        <span class="guard-sign" aria-hidden="true">
          {SIGNS[said]}
        </span>
        <code>{guard.name}</code>
        <span class="guard-said">{WORDS[said]}</span>
      </div>
      {guard.error !== undefined && <p class="tone-bad">It threw: {guard.error}</p>}
      {inputs.length > 0 && (
        <dl class="guard-inputs" aria-label={`What ${guard.name} read`}>
          {inputs.map(([path, value]) => (
            <div key={path}>
              <dt>{path}</dt>
              <dd title={typeof value === "object" ? JSON.stringify(value) : undefined}>
                {value === undefined ? "not set" : summaryOf(value)}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {guard.parts?.map((part, position) => (
        <GuardView key={position} guard={part} />
      ))}
    </div>
  );
}

const WORDS = { yes: "said yes", no: "said no", threw: "failed", unasked: "was not asked" } as const;

function saidBy({ result, error }: GuardAnswer): keyof typeof WORDS {
  if (error !== undefined) return "threw";
  return result === undefined ? "unasked" : result ? "yes" : "no";
}
