import { playInEveryEdition } from "./play.ts";

playInEveryEdition("bootstrap-retry", "server-retry");
