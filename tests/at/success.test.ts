import { playInEveryEdition } from "./play.ts";

playInEveryEdition("success");
