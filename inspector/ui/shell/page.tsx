/** The page: bars above and below, views and panels between. */
import { useCallback, useMemo, useRef, useState } from "preact/hooks";
import { Panels } from "../panels/index.tsx";
import type { AppStore } from "../state/appStore.ts";
import { type Beside, BesideContext } from "../state/beside.ts";
import { isOneOf, remember, remembered } from "../state/remembered.ts";
import { SecondApp } from "../state/secondApp.ts";
import { nextTheme, themeChoice } from "../state/theme.ts";
import { AppContext } from "../state/useApp.ts";
import type { ShellActions } from "./commands.ts";
import { CompareDialog } from "./compareDialog.tsx";
import { DeviceDialog } from "./deviceDialog.tsx";
import { DropFile } from "./dropFile.tsx";
import { FILTER_FIELD } from "./filterField.tsx";
import { Guarded } from "./guarded.tsx";
import { HelpDialog } from "./helpDialog.tsx";
import { LazyExports } from "./lazyExports.tsx";
import { Notices } from "./notices.tsx";
import { openAll } from "./openAll.ts";
import { PLAY_BUTTON } from "./playButton.tsx";
import { RecordsList } from "./recordsList.tsx";
import { SessionTabs } from "./sessionTabs.tsx";
import { Split } from "./split.tsx";
import { TimeBar } from "./timeBar.tsx";
import { TopBar } from "./topBar.tsx";
import { useKeys } from "./useKeys.ts";
import { useCompare, useTitle } from "./useStore.ts";
import { useWide } from "./useWide.ts";
import { TwoRuns, Views } from "./views.tsx";
import { Welcome } from "./welcome.tsx";
import "./shell.css";

type Overlaid = "help" | "exports" | "compare" | "devices" | undefined;
type Dock = "bottom" | "right";

export function Page({ store }: { readonly store: AppStore }) {
  const [overlaid, setOverlaid] = useState<Overlaid>();
  const [theme, setTheme] = useState(themeChoice);
  const [dock, setDock] = useState<Dock>(() => remembered("dock", "bottom", isOneOf("bottom", "right")));
  const picker = useRef<HTMLInputElement>(null);
  const compare = useCompare(store);
  const second = useMemo(() => compare && new SecondApp(store, compare), [store, compare]);
  const [inPanels, setInPanels] = useState<unknown>(store);
  const focused = second !== undefined && inPanels === second ? second : store;
  const beside = useMemo<Beside | undefined>(() => {
    if (second === undefined) return undefined;
    return focused === second
      ? { name: "B", other: { name: "A", app: store } }
      : { name: "A", other: { name: "B", app: second } };
  }, [store, second, focused]);
  useTitle(store);
  const wide = useWide();

  const openFiles = useCallback((files: readonly File[]) => void openAll(store, files), [store]);
  const dismiss = useCallback((id: number) => store.dismiss(id), [store]);
  const close = useCallback(() => setOverlaid(undefined), []);
  const shell = useMemo<ShellActions>(
    () => ({
      openFile: () => picker.current?.click(),
      focusFilter: () => document.getElementById(FILTER_FIELD)?.focus(),
      showHelp: () => setOverlaid("help"),
      showDevices: () => setOverlaid("devices"),
      showExports: () => setOverlaid("exports"),
      toggleCompare: () => {
        if (store.view.compare === undefined) setOverlaid("compare");
        else store.update({ compare: undefined });
      },
      play: () => document.getElementById(PLAY_BUTTON)?.click(),
      nextTheme: () => setTheme(nextTheme()),
    }),
    [store],
  );
  useKeys(focused, shell);

  const moveDock = () => {
    const next = dock === "bottom" ? "right" : "bottom";
    remember("dock", next);
    setDock(next);
  };
  return (
    <AppContext.Provider value={store}>
      <div class="page">
        <AppContext.Provider value={focused}>
          <TopBar
            theme={theme}
            dock={dock}
            comparing={second !== undefined}
            onOpen={shell.openFile}
            onExports={shell.showExports}
            onCompare={shell.toggleCompare}
            onTheme={shell.nextTheme}
            onDock={moveDock}
            onHelp={shell.showHelp}
            onDevices={shell.showDevices}
          />
        </AppContext.Provider>
        <SessionTabs store={store} onCompare={shell.toggleCompare} />
        <main class="middle">
          <Welcome onOpen={shell.openFile}>
            <Split
              key={dock}
              name={`dock-${dock}`}
              label="Between charts and panels"
              direction={dock === "bottom" ? "column" : "row"}
              share={dock === "bottom" ? 0.57 : 0.66}
              first={
                second === undefined ? (
                  <Views direction={dock === "bottom" || wide ? "row" : "column"} />
                ) : (
                  <TwoRuns first={store} second={second} focused={focused} onFocus={setInPanels} />
                )
              }
              second={
                <AppContext.Provider value={focused}>
                  <Split
                    name={`details-${dock}`}
                    label="Between records and panels"
                    direction={dock === "bottom" ? "row" : "column"}
                    share={dock === "bottom" ? 0.38 : 0.45}
                    first={
                      <Guarded name="The list of records">
                        <RecordsList />
                      </Guarded>
                    }
                    second={
                      <BesideContext.Provider value={beside}>
                        <Panels />
                      </BesideContext.Provider>
                    }
                  />
                </AppContext.Provider>
              }
            />
          </Welcome>
        </main>
        <AppContext.Provider value={focused}>
          <Guarded name="The line of the run">
            <TimeBar />
          </Guarded>
        </AppContext.Provider>
        <Notices onDismiss={dismiss} />
        <DropFile onFiles={openFiles} />
        {overlaid === "help" && <HelpDialog onClose={close} />}
        {overlaid === "exports" && <LazyExports app={focused} onClose={close} />}
        {overlaid === "devices" && (
          <AppContext.Provider value={focused}>
            <DeviceDialog onClose={close} />
          </AppContext.Provider>
        )}
        {overlaid === "compare" && <CompareDialog store={store} onOpen={shell.openFile} onClose={close} />}
        <input
          ref={picker}
          type="file"
          accept=".jsonl,.json,.ndjson"
          multiple
          hidden
          onChange={(event) => {
            openFiles([...(event.currentTarget.files ?? [])]);
            event.currentTarget.value = "";
          }}
        />
      </div>
    </AppContext.Provider>
  );
}
