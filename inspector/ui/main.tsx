import { render } from "preact";
import { Page } from "./shell/page.tsx";
import { startApp } from "./state/startApp.ts";
import { startTheme } from "./state/theme.ts";
import "./styles/page.css";

startTheme();
const root = document.getElementById("app");
if (root !== null) render(<Page store={startApp()} />, root);
