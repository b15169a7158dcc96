/**
 * What object 2 lets each management server do, and how its instances come and go with what they are about (OMA LwM2M
 * Core 1.1 §7.3, Appendix E.3, E.1.3). It counts while there is more than one server account; the bootstrap server is
 * outside of it. What no instance of object 2 speaks of is open to every server, but an account (object 1) to its own.
 */
import type { SingleValue } from "../model.ts";
import { ACCESS_CONTROL } from "../objects/accessControl.ts";
import { instanceValues } from "../objects/define.ts";
import { SERVER } from "../objects/server.ts";
import type { AccessPolicy, Operation } from "./operation.ts";
import type { ObjectTree, TreeChange } from "./tree.ts";

/** Bits of a right (2/x/2). */
export const RIGHT = { read: 1, write: 2, execute: 4, delete: 8, create: 16 } as const;
/** 2/x/1 that stands for the object itself: who may create. */
export const WHOLE_OBJECT = 65_535;
/** 2/x/3 that stands for the bootstrap server. */
export const BOOTSTRAP_OWNER = 65_535;
/** Instance of 2/x/2 that counts for servers without their own. */
const DEFAULT_ENTRY = 0;
const OWNER_RIGHTS = RIGHT.read | RIGHT.write | RIGHT.execute | RIGHT.delete;

/** The right that an operation takes; none for one that everyone may do. */
const NEEDED: Readonly<Partial<Record<Operation, number>>> = {
  read: RIGHT.read,
  readComposite: RIGHT.read,
  observe: RIGHT.read,
  observeComposite: RIGHT.read,
  writeAttributes: RIGHT.read,
  write: RIGHT.write,
  writeComposite: RIGHT.write,
  execute: RIGHT.execute,
  delete: RIGHT.delete,
  create: RIGHT.create,
};

type Acl = ReadonlyMap<number, SingleValue>;

export class AccessControl implements AccessPolicy {
  readonly #tree: ObjectTree;
  readonly #servers: () => readonly number[];
  /** Instance of object 2 by what it speaks of; built when it is asked for, and anew when object 2 has changed. */
  #bySubject: ReadonlyMap<number, number> | undefined;

  /** `servers`: the short server ids of all management server accounts. */
  constructor(tree: ObjectTree, servers: () => readonly number[]) {
    this.#tree = tree;
    this.#servers = servers;
    tree.onChange((changes) => this.#onChange(changes));
  }

  allows(operation: Operation, shortServerId: number, objectId: number, instanceId: number | undefined): boolean {
    const needed = NEEDED[operation];
    if (needed === undefined || !this.#enforced) return true;
    if (objectId === ACCESS_CONTROL.id) return this.#allowsOnItself(needed, shortServerId, instanceId);
    // What is made without room to say whose it is would be everyone's.
    if (operation === "create" && this.#tree.freeInstanceId(ACCESS_CONTROL.id) === undefined) return false;
    // An object is read by its instances, each of which is asked for.
    if (instanceId === undefined && operation !== "create") return true;
    const rights = this.#rights(shortServerId, objectId, operation === "create" ? WHOLE_OBJECT : instanceId!);
    return (rights & needed) !== 0;
  }

  /** An instance is there: who created it owns it. The device's own need no owner. */
  created(creator: number | "device", objectId: number, instanceId: number): void {
    if (creator === "device" || !this.#enforced || this.#find(objectId, instanceId) !== undefined) return;
    const values = { 0: objectId, 1: instanceId, 2: new Map([[creator, OWNER_RIGHTS]]), 3: creator };
    this.#tree.create(ACCESS_CONTROL.id, undefined, instanceValues(ACCESS_CONTROL, values));
  }

  /** An instance is gone, and with it what was said of it. */
  deleted(objectId: number, instanceId: number): void {
    const id = this.#find(objectId, instanceId);
    if (id !== undefined) this.#tree.delete(ACCESS_CONTROL.id, id);
  }

  /**
   * A server's account is gone: its entries go; what it owned passes to the server with most say in it, or, where there
   * is none, goes too (Appendix E.1.3).
   */
  forgetServer(shortServerId: number): void {
    const tree = this.#tree;
    tree.batch(() => {
      for (const id of tree.instanceIds(ACCESS_CONTROL.id)) {
        const acl = this.#acl(id);
        const others = new Map([...acl].filter(([server]) => server !== shortServerId));
        if (Number(tree.value(ACCESS_CONTROL, id, 3)) === shortServerId) {
          const heir = heirOf(others);
          if (heir === undefined) this.#removeWithSubject(id);
          else tree.update(ACCESS_CONTROL, id, { 2: others as ReadonlyMap<number, number>, 3: heir });
        } else if (others.size !== acl.size) {
          tree.update(ACCESS_CONTROL, id, {
            2: others.size === 0 ? undefined : (others as ReadonlyMap<number, number>),
          });
        }
      }
    });
  }

  /** After a bootstrap: nothing speaks any more of servers and instances that are not there. */
  reconcile(): void {
    const tree = this.#tree;
    if (tree.instanceIds(ACCESS_CONTROL.id).length === 0) return;
    tree.batch(() => {
      const servers = new Set([...this.#servers(), DEFAULT_ENTRY, BOOTSTRAP_OWNER]);
      for (const server of this.#mentioned()) if (!servers.has(server)) this.forgetServer(server);
      for (const id of tree.instanceIds(ACCESS_CONTROL.id)) {
        const { objectId, instanceId } = this.#subject(id);
        const present =
          instanceId === WHOLE_OBJECT ? tree.definition(objectId) : tree.hasInstance(objectId, instanceId);
        if (!present) tree.delete(ACCESS_CONTROL.id, id);
      }
    });
  }

  get #enforced(): boolean {
    const isThere = this.#tree.definition(ACCESS_CONTROL.id) !== undefined;
    return isThere && this.#tree.instanceIds(SERVER.id).length > 1 && this.#servers().length > 1;
  }

  /** Everyone reads it, its owner changes it; that servers neither create nor delete it, the object says itself. */
  #allowsOnItself(needed: number, shortServerId: number, instanceId: number | undefined): boolean {
    if (needed !== RIGHT.write || instanceId === undefined) return true;
    return Number(this.#tree.value(ACCESS_CONTROL, instanceId, 3)) === shortServerId;
  }

  /** §7.3.2: the server's own entry, else its ownership, else the default entry. */
  #rights(shortServerId: number, objectId: number, instanceId: number): number {
    const id = this.#find(objectId, instanceId);
    if (id === undefined) {
      const foreign = objectId === SERVER.id && Number(this.#tree.value(SERVER, instanceId, 0)) !== shortServerId;
      return foreign ? 0 : OWNER_RIGHTS | RIGHT.create;
    }
    const acl = this.#acl(id);
    const own = acl.get(shortServerId);
    if (own !== undefined) return Number(own);
    if (Number(this.#tree.value(ACCESS_CONTROL, id, 3)) === shortServerId) return OWNER_RIGHTS;
    return Number(acl.get(DEFAULT_ENTRY) ?? 0);
  }

  /** Instance of object 2 that speaks of an instance. */
  #find(objectId: number, instanceId: number): number | undefined {
    this.#bySubject ??= this.#indexed();
    return this.#bySubject.get(keyOf(objectId, instanceId));
  }

  /** Where several speak of the same, the first counts. */
  #indexed(): ReadonlyMap<number, number> {
    const index = new Map<number, number>();
    for (const id of this.#tree.instanceIds(ACCESS_CONTROL.id).reverse()) {
      const { objectId, instanceId } = this.#subject(id);
      index.set(keyOf(objectId, instanceId), id);
    }
    return index;
  }

  #subject(id: number): { readonly objectId: number; readonly instanceId: number } {
    const [objectId, instanceId] = [this.#tree.value(ACCESS_CONTROL, id, 0), this.#tree.value(ACCESS_CONTROL, id, 1)];
    return { objectId: Number(objectId), instanceId: Number(instanceId) };
  }

  #acl(id: number): Acl {
    return this.#tree.value(ACCESS_CONTROL, id, 2) ?? new Map();
  }

  #mentioned(): Set<number> {
    const ids = this.#tree.instanceIds(ACCESS_CONTROL.id);
    return new Set(ids.flatMap((id) => [Number(this.#tree.value(ACCESS_CONTROL, id, 3)), ...this.#acl(id).keys()]));
  }

  #removeWithSubject(id: number): void {
    const { objectId, instanceId } = this.#subject(id);
    this.#tree.delete(ACCESS_CONTROL.id, id);
    const isOurs = this.#tree.definition(objectId)?.multiple === true && objectId !== SERVER.id;
    if (isOurs && this.#tree.behaviour(objectId)?.fixedInstances !== true) this.#tree.delete(objectId, instanceId);
  }

  /** What the bootstrap server deletes, `reconcile` sees to when it has finished. */
  #onChange(changes: readonly TreeChange[]): void {
    if (changes.some(({ objectId }) => objectId === ACCESS_CONTROL.id)) this.#bySubject = undefined;
    for (const { kind, objectId, instanceId, caller } of changes) {
      if (kind !== "deleted" || caller === "bootstrap" || objectId === ACCESS_CONTROL.id) continue;
      if (instanceId !== undefined && !this.#tree.hasInstance(objectId, instanceId)) this.deleted(objectId, instanceId);
    }
  }
}

/** Object 2, whose instances are the bootstrap server's to create and delete. */
export function addAccessControlObject(tree: ObjectTree): void {
  tree.add(ACCESS_CONTROL);
}

/** Both are 16 bits wide, `WHOLE_OBJECT` included. */
function keyOf(objectId: number, instanceId: number): number {
  return objectId * 65_536 + instanceId;
}

/** Who may write and delete comes before who may do one of them; the first of several. */
function heirOf(acl: Acl): number | undefined {
  let heir: number | undefined;
  let most = -1;
  for (const [server, value] of acl) {
    if (server === DEFAULT_ENTRY) continue;
    const say = Number((Number(value) & RIGHT.write) !== 0) + Number((Number(value) & RIGHT.delete) !== 0);
    if (say <= most) continue;
    most = say;
    heir = server;
  }
  return heir;
}
