import { playInEveryEdition } from "./play.ts";

playInEveryEdition("bootstrap-deferred", "server-deferred");
