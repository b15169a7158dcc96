import { fleetOf } from "../state/fleet.ts";
import { useApp } from "../state/useApp.ts";
import { FleetList } from "./fleetList.tsx";
import { Overlay } from "./overlay.tsx";

/** Which device of the session to look at. */
export function DeviceDialog({ onClose }: { readonly onClose: () => void }) {
  const app = useApp();
  return (
    <Overlay title="Devices" onClose={onClose}>
      <FleetList
        rows={fleetOf(app.entry.session, app.index)}
        device={app.view.device}
        onChoose={(device) => {
          app.update({ device, actor: undefined, node: undefined });
          onClose();
        }}
      />
    </Overlay>
  );
}
