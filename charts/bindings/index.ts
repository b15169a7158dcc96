/** The bindings of every chart that comes with the package. */
import type { ChartBindings } from "./binding.ts";
import { certsFailure } from "./certsFailure.ts";
import { certsSuccess } from "./certsSuccess.ts";
import { edition3Bootstrap } from "./edition3Bootstrap.ts";
import { edition3DeferredBootstrap } from "./edition3DeferredBootstrap.ts";
import { edition3DeferredServer } from "./edition3DeferredServer.ts";
import { edition3FotaFailCert } from "./edition3FotaFailCert.ts";
import { edition3FotaFailCrc } from "./edition3FotaFailCrc.ts";
import { edition3FotaSuccess } from "./edition3FotaSuccess.ts";
import { edition3RequestLinkDown } from "./edition3RequestLinkDown.ts";
import { edition010Bootstrap } from "./edition010Bootstrap.ts";
import { edition010Fota } from "./edition010Fota.ts";
import { edition030Bootstrap } from "./edition030Bootstrap.ts";
import { edition030FotaFailCert } from "./edition030FotaFailCert.ts";
import { edition030FotaSuccess } from "./edition030FotaSuccess.ts";
import { edition030PreBootstrap } from "./edition030PreBootstrap.ts";
import { edition030PreFotaFailCert } from "./edition030PreFotaFailCert.ts";
import { edition030PreFotaSuccess } from "./edition030PreFotaSuccess.ts";
import { INIT_CHARTS } from "./initialisation.ts";

const BINDINGS: ReadonlyMap<string, ChartBindings> = new Map(
  [
    ...INIT_CHARTS,
    certsSuccess,
    certsFailure,
    edition010Bootstrap,
    edition010Fota,
    edition030PreBootstrap,
    edition030PreFotaSuccess,
    edition030PreFotaFailCert,
    edition030Bootstrap,
    edition030FotaSuccess,
    edition030FotaFailCert,
    edition3Bootstrap,
    edition3FotaSuccess,
    edition3FotaFailCert,
    edition3FotaFailCrc,
    edition3DeferredBootstrap,
    edition3DeferredServer,
    edition3RequestLinkDown,
  ].map((bindings) => [bindings.chart, bindings]),
);

/** What the labels of a chart mean; undefined for a chart that nobody has bound. */
export function bindingsOf(chart: string): ChartBindings | undefined {
  return BINDINGS.get(chart);
}
