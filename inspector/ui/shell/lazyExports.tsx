/** The dialog for saving, loaded when it is asked for: it is as large as a view. */
import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ExportDialogProps } from "./exportDialog.tsx";

export function LazyExports(props: ExportDialogProps) {
  const [dialog, setDialog] = useState<{ readonly Dialog: FunctionComponent<ExportDialogProps> }>();
  const { app, onClose } = props;
  useEffect(() => {
    import("./exportDialog.tsx").then(
      ({ ExportDialog }) => setDialog({ Dialog: ExportDialog }),
      () => {
        app.notify("The part of the page that saves could not be loaded: the app that served it has ended.", "bad");
        onClose();
      },
    );
  }, [app, onClose]);
  return dialog === undefined ? null : <dialog.Dialog {...props} />;
}
