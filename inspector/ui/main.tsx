import { render } from "preact";
import { Guarded } from "./shell/guarded.tsx";
import { Page } from "./shell/page.tsx";
import { startApp } from "./state/startApp.ts";
import { startTheme } from "./state/theme.ts";
import "./styles/page.css";

startTheme();
const root = document.getElementById("app");
if (root !== null) {
  const store = startApp();
  render(
    <Guarded name="The page">
      <Page store={store} />
    </Guarded>,
    root,
  );
}
