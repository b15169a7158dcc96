/** A client's connection taken out of one process and put into another. */
import { Connection } from "./connection.ts";
import { createRecordCipher } from "./crypto/cipher.ts";
import { exportDirectionKeys, importDirectionKeys } from "./crypto/keySchedule.ts";
import { connectionInfo } from "./handshake/info.ts";
import { ReplayWindow } from "./record/replayWindow.ts";
import type { ResolvedClient } from "./resolveOptions.ts";
import { bindingOf, decodeLive, encodeLive } from "./session.ts";

/** SECRET octets; the connection is closed by it. Throws `DtlsError` `option` when it is not connected. */
export function exportConnection(connection: Connection, options: ResolvedClient): Uint8Array {
  const { layer } = connection;
  const { completed, maxFragmentLength } = connection.detach();
  const { session, suite, master, encryptThenMac, info } = completed;
  const { extendedMasterSecret, peer, serverName } = info;
  const writeKeys = exportDirectionKeys(completed.writeKeys);
  const readKeys = exportDirectionKeys(completed.readKeys);
  const bytes = encodeLive(
    {
      session: { id: session?.id, suite, master, extendedMasterSecret, serverName, peer },
      writeKeys,
      readKeys,
      encryptThenMac,
      nextSequence: layer.nextSequence(1),
      window: layer.window.state(),
      ownConnectionId: layer.ownConnectionId,
      peerConnectionId: layer.peerConnectionId,
      maxFragmentLength,
    },
    bindingOf(options),
  );
  writeKeys.fill(0);
  readKeys.fill(0);
  return bytes;
}

/** Throws `DtlsError` `option` for octets that are no connection of these credentials. */
export function importConnection(bytes: Uint8Array, options: ResolvedClient): Connection {
  const live = decodeLive(bytes, bindingOf(options));
  const { id, suite, master, extendedMasterSecret, peer, serverName } = live.session;
  const { encryptThenMac, maxFragmentLength } = live;
  const connection = new Connection("client", options);
  const { layer } = connection;
  const writeKeys = importDirectionKeys(suite, live.writeKeys);
  const readKeys = importDirectionKeys(suite, live.readKeys);
  layer.ownConnectionId = live.ownConnectionId;
  layer.peerConnectionId = live.peerConnectionId;
  layer.protectWrites(createRecordCipher(suite, writeKeys, { encryptThenMac }));
  layer.protectReads(createRecordCipher(suite, readKeys, { encryptThenMac }), ReplayWindow.from(live.window));
  layer.startAt(1, live.nextSequence);
  const session = id && { id, suite, master, extendedMasterSecret, serverName, peer };
  const info = connectionInfo({
    role: "client",
    suite: suite.name,
    resumed: true,
    peer,
    extendedMasterSecret,
    layer,
    maxFragmentLength,
    serverName,
  });
  connection.attach({ suite, master, session, writeKeys, readKeys, encryptThenMac, info }, maxFragmentLength);
  return connection;
}
