/** The scene, built anew only when what is drawn becomes another. */
import { useRef } from "preact/hooks";
import { buildScene, type SceneOptions } from "./buildScene.ts";
import type { Member } from "./family.ts";
import type { Scene } from "./scene.ts";
import { sceneKey } from "./sceneKey.ts";

export function useScene(family: readonly Member[], options: SceneOptions): Scene {
  const kept = useRef<{ readonly key: string; readonly scene: Scene } | undefined>(undefined);
  const key = sceneKey(family, options);
  if (kept.current?.key !== key) kept.current = { key, scene: buildScene(family, options) };
  return kept.current.scene;
}
