/** What pointer and keys do to the statechart. */
import { useRef, useState } from "preact/hooks";
import type { App } from "../app.ts";
import { fitted, panned, zoomed } from "./camera.ts";
import { chartCommand } from "./chartKeys.ts";
import type { Drawing } from "./drawing.ts";
import { lastTaken } from "./lastTaken.ts";
import { type Picked, pick } from "./pick.ts";
import type { Box, Scene } from "./scene.ts";
import { DIRECTIONS } from "./tools.tsx";
import type { CameraControl } from "./useCamera.ts";
import type { ChartSettings } from "./useSettings.ts";
import { walked } from "./walk.ts";

/** The pointer rests this long before a card comes. */
const REST_MS = 350;

export interface HandlingOptions {
  readonly app: App;
  readonly scene: Scene;
  readonly drawing: Drawing | undefined;
  readonly camera: CameraControl;
  readonly settings: ChartSettings;
  /** Folds a box, or unfolds it. */
  readonly toggle: (box: string) => void;
}

export interface Handling {
  readonly events: {
    onClick(event: MouseEvent): void;
    onDblClick(event: MouseEvent): void;
    onKeyDown(event: KeyboardEvent): void;
    onPointerOver(event: PointerEvent): void;
    onPointerLeave(): void;
    onPointerDown(): void;
    onWheel(): void;
    onBlur(): void;
  };
  /** What a card is to be shown for. */
  readonly card: Picked | undefined;
  /** Id of the box below the pointer. */
  readonly hovered: string | undefined;
  choose(box: string): void;
  zoom(by: number): void;
  showAll(): void;
}

export function useHandling(options: HandlingOptions): Handling {
  const { app, scene, drawing, camera, settings, toggle } = options;
  const [held, setCard] = useState<Held | undefined>();
  const [hovered, setHovered] = useState<string | undefined>();
  const rest = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  // What was laid out anew has another place.
  const card = held === undefined || drawing === undefined ? undefined : placedIn(drawing, held);
  const hide = (): void => {
    clearTimeout(rest.current);
    setCard(undefined);
  };
  const zoom = (by: number): void => {
    // Pressed again while the camera glides, it goes on from where that ends.
    const { current } = camera.target;
    if (current === undefined) return;
    if (app.view.follow) app.update({ follow: false });
    camera.go(zoomed(current, by, { x: camera.size.width / 2, y: camera.size.height / 2 }));
  };
  const showAll = (): void => {
    if (drawing === undefined || camera.size.width === 0) return;
    if (app.view.follow) app.update({ follow: false });
    camera.go(fitted(drawing, camera.size));
  };
  /** As it is now: keys may be pressed faster than the chart is drawn. */
  const selectedBox = (): Box | undefined => {
    const { actor, node } = app.view;
    return actor === undefined || node === undefined ? undefined : scene.boxOf(actor, node);
  };
  const choose = (id: string): void => {
    const box = scene.boxes.get(id);
    if (box !== undefined) app.update({ actor: box.actor, node: box.node });
  };
  const chooseEdges = ({ actor, node, edges = [] }: Picked): void => {
    const index = lastTaken(app.entry.session, app.view.device, actor, edges, app.index);
    app.update({ actor, node, ...(index !== undefined && { selected: index, panel: "why" }) });
  };
  const walkTo = (id: string): void => {
    choose(id);
    const place = drawing?.boxes.get(id);
    const box = scene.boxes.get(id);
    hide();
    if (drawing === undefined || place === undefined || box === undefined) return;
    // The camera has come to rest by then.
    rest.current = setTimeout(
      () => setCard({ picked: { actor: box.actor, node: box.node, box: id, place }, drawing }),
      REST_MS,
    );
  };

  return {
    card,
    hovered,
    choose,
    zoom,
    showAll,
    events: {
      onClick: (event) => {
        if (drawing === undefined) {
          // A name in the tree was clicked: keys go on from there.
          (event.currentTarget as HTMLElement).focus();
          return;
        }
        if (camera.dragged.current) return;
        const fold = event.target instanceof Element ? event.target.closest<SVGElement>("[data-fold]") : null;
        if (fold !== null) {
          toggle(fold.dataset.fold ?? "");
          return;
        }
        const picked = pick(event.target, scene, drawing);
        if (picked === undefined) return;
        if (picked.edges !== undefined) chooseEdges(picked);
        else app.update({ actor: picked.actor, node: picked.node });
      },
      onDblClick: (event) => {
        if (drawing === undefined) return;
        const picked = pick(event.target, scene, drawing);
        if (picked === undefined) showAll();
        else if (picked.box !== undefined) toggle(picked.box);
      },
      onPointerOver: (event) => {
        if (drawing === undefined || event.buttons !== 0) return;
        const picked = pick(event.target, scene, drawing);
        setHovered(picked?.box);
        // From one word of it to another it is still the same.
        if (card !== undefined && picked !== undefined && isSame(card, picked)) return;
        hide();
        if (picked !== undefined) rest.current = setTimeout(() => setCard({ picked, drawing }), REST_MS);
      },
      onPointerLeave: () => {
        setHovered(undefined);
        hide();
      },
      onPointerDown: hide,
      onWheel: hide,
      onBlur: hide,
      onKeyDown: (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || event.target !== event.currentTarget) return;
        if (event.key === "Escape" && card !== undefined) {
          hide();
          event.preventDefault();
          return;
        }
        const command = chartCommand(event);
        if (command === undefined) return;
        event.preventDefault();
        const selected = selectedBox();
        switch (command.do) {
          case "walk": {
            const step = walked(scene, selected?.id, command.move);
            if (step === undefined) return;
            if ("to" in step) walkTo(step.to);
            else if (selected !== undefined) toggle(selected.id);
            return;
          }
          case "pan": {
            const { current } = camera.target;
            if (app.view.follow) app.update({ follow: false });
            if (current !== undefined) camera.go(panned(current, command.x, command.y), false);
            return;
          }
          case "zoom":
            zoom(command.by);
            return;
          case "fit":
            showAll();
            return;
          case "toggle":
          case "select":
            if (selected === undefined) return;
            if (command.do === "toggle") toggle(selected.id);
            else walkTo(selected.id);
            return;
          case "find":
            (event.currentTarget as HTMLElement).closest(".statechart")?.querySelector("input")?.focus();
            return;
          case "heat":
            settings.change({ heat: !settings.look.heat });
            return;
          case "across":
            settings.change({ across: !settings.look.across });
            return;
          case "direction":
            settings.change({ direction: DIRECTIONS[settings.look.direction].next });
            return;
        }
      },
    },
  };
}

/** A card, and the drawing that it was asked for on. */
interface Held {
  readonly picked: Picked;
  readonly drawing: Drawing;
}

/** A state is found again in another drawing; lines and words are not. */
function placedIn(drawing: Drawing, { picked, drawing: before }: Held): Picked | undefined {
  if (drawing === before) return picked;
  const place = picked.box === undefined ? undefined : drawing.boxes.get(picked.box);
  return place === undefined ? undefined : { ...picked, place };
}

function isSame(one: Picked, other: Picked): boolean {
  return (
    one.box === other.box &&
    one.node === other.node &&
    one.actor === other.actor &&
    one.edges?.join() === other.edges?.join()
  );
}
