/** Version of the package, told to pages and to other inspectors; a test holds it to package.json's. */
export const VERSION = "0.1.0";
