import { playInEveryEdition } from "./play.ts";

playInEveryEdition("certs-failure", "bad-ca", "link-down-request");
