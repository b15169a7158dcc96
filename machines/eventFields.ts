/** What may be typed into the events of a chart: a table that the inspector makes its forms of, checked against the events. */

/** `text`, `number`, `flag`, one of a list of texts, or anything else as `json`. */
export type FieldKind = "text" | "number" | "flag" | "json" | readonly string[];

/** By type of event, then by name of field; a `?` after the name: it may be left out. */
export type EventFieldTable = Readonly<Record<string, Readonly<Record<string, FieldKind>>>>;

/** Such a table of these events: another name, a field too few or too many, or another kind is an error of the compiler. */
export type EventFields<Event extends { readonly type: string }> = {
  readonly [Type in Event["type"]]?: FieldsOf<Extract<Event, { readonly type: Type }>>;
};

type FieldsOf<Event> = {
  readonly [Name in Exclude<keyof Event, "type"> & string as Event extends Record<Name, Event[Name]>
    ? Name
    : `${Name}?`]-?: KindOf<Exclude<Event[Name], undefined>>;
};

type KindOf<Value> = [Value] extends [boolean]
  ? "flag"
  : [Value] extends [number]
    ? "number"
    : [Value] extends [string]
      ? string extends Value
        ? "text"
        : readonly Value[]
      : "json";
