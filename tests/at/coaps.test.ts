import { playInEveryEdition } from "./play.ts";

playInEveryEdition("coaps-download");
