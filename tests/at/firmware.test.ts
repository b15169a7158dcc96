import { playInEveryEdition } from "./play.ts";

playInEveryEdition("bad-image", "connection-lost");
