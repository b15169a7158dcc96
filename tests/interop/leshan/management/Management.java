/*
 * Eclipse Leshan's management server, driven by lines of JSON: each line of standard input is a message with an "id",
 * {"id":1,"configure":{…}} or {"id":2,"request":"read",…}; its answer, {"id":2,"response":{…}} or {"id":2,"error":"…"},
 * and what happens meanwhile, {"event":"registered","server":1,…}, are the lines of standard output. It ends with its input.
 * Content comes as SenML JSON (RFC 8428) and goes as {path:node}: Leshan's nodes, with integers as text, times in ms.
 */
import com.fasterxml.jackson.annotation.*;
import com.fasterxml.jackson.databind.*;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.io.*;
import java.nio.charset.StandardCharsets;
import java.security.*;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.*;
import java.time.Instant;
import java.util.*;
import java.util.concurrent.*;
import java.util.function.Consumer;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.core.config.CoapConfig;
import org.eclipse.californium.scandium.config.DtlsConfig;
import org.eclipse.leshan.core.LwM2m.*;
import org.eclipse.leshan.core.endpoint.EndpointUri;
import org.eclipse.leshan.core.link.Link;
import org.eclipse.leshan.core.link.lwm2m.attributes.*;
import org.eclipse.leshan.core.model.*;
import org.eclipse.leshan.core.node.*;
import org.eclipse.leshan.core.node.codec.*;
import org.eclipse.leshan.core.observation.*;
import org.eclipse.leshan.core.request.*;
import org.eclipse.leshan.core.response.*;
import org.eclipse.leshan.core.util.datatype.ULong;
import org.eclipse.leshan.server.*;
import org.eclipse.leshan.server.endpoint.LwM2mServerEndpoint;
import org.eclipse.leshan.server.model.VersionedModelProvider;
import org.eclipse.leshan.server.observation.ObservationListener;
import org.eclipse.leshan.server.queue.*;
import org.eclipse.leshan.server.registration.*;
import org.eclipse.leshan.server.send.SendListener;
import org.eclipse.leshan.servers.security.*;
import org.eclipse.leshan.transport.californium.server.endpoint.CaliforniumServerEndpointsProvider;
import org.eclipse.leshan.transport.californium.server.endpoint.coap.CoapServerProtocolProvider;
import org.eclipse.leshan.transport.californium.server.endpoint.coaps.CoapsServerProtocolProvider;

public class Management {
    static final ObjectMapper JSON = new ObjectMapper()
            .addMixIn(LwM2mSingleResource.class, SingleResource.class)
            .addMixIn(LwM2mMultipleResource.class, MultipleResource.class)
            .addMixIn(Registration.class, RegistrationFacts.class)
            .addMixIn(Link.class, LinkText.class)
            .registerModule(asText(Long.class, ULong.class, LwM2mPath.class, Version.class, LwM2mVersion.class, EndpointUri.class));
    static final DefaultLwM2mDecoder DECODER = new DefaultLwM2mDecoder(true);
    static final long REQUEST_TIMEOUT_MS = 20_000;

    LeshanServer server;
    /** How many servers there were: each tells its events with its number, as one may still tell when the next is there. */
    int servers;
    InMemorySecurityStore security;
    final Map<String, Observation> observations = new ConcurrentHashMap<>();

    public static void main(String[] args) throws Exception {
        Management management = new Management();
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        print(JSON.createObjectNode().put("event", "ready"));
        for (String line; (line = input.readLine()) != null; ) {
            management.take(JSON.readTree(line));
        }
        System.exit(0);
    }

    static synchronized void print(ObjectNode message) {
        System.out.println(message);
        System.out.flush();
    }

    void take(JsonNode message) {
        long id = message.get("id").longValue();
        try {
            if (message.has("configure")) {
                answer(id, configure(message.get("configure")));
            } else if (!serve(id, message)) {
                Registration registration = registrationOf(message);
                send(id, registration, requestOf(registration, message));
            }
        } catch (Exception error) {
            refuse(id, error);
        }
    }

    static void answer(long id, ObjectNode response) {
        print(JSON.createObjectNode().put("id", id).set("response", response));
    }

    static void refuse(long id, Exception error) {
        print(JSON.createObjectNode().put("id", id).put("error", error.getClass().getSimpleName() + ": " + error.getMessage()));
    }

    // Configuration: a server in place of the one before, which is gone without a word to anybody.

    ObjectNode configure(JsonNode given) throws Exception {
        int number = ++servers;
        if (server != null) server.destroy();
        observations.clear();
        security = null;
        LeshanServerBuilder builder = new LeshanServerBuilder();
        builder.setDecoder(DECODER).setEncoder(new DefaultLwM2mEncoder(true));
        builder.setObjectModelProvider(new VersionedModelProvider(models(given.path("models").textValue())));
        if (given.has("awakeMs")) builder.setClientAwakeTimeProvider(new StaticClientAwakeTimeProvider(given.get("awakeMs").intValue()));
        if (given.has("security")) {
            security = new InMemorySecurityStore();
            for (JsonNode entry : given.get("security")) security.add(securityInfo(entry));
            builder.setSecurityStore(security);
        }
        if (given.has("lwm2m")) builder.setRegistrationDataExtractor(new OneVersion(given.get("lwm2m").textValue()));
        if (given.has("privateKey")) builder.setPrivateKey(privateKey(given.get("privateKey")));
        if (given.has("publicKey")) builder.setPublicKey(publicKey(given.get("publicKey")));
        if (given.has("chain")) builder.setCertificateChain(certificates(given.get("chain")));
        if (given.has("trusted")) builder.setTrustedCertificates(certificates(given.get("trusted")));
        builder.setEndpointsProviders(endpoints(given));
        server = builder.build();
        Consumer<ObjectNode> teller = event -> print(event.put("server", number));
        server.getRegistrationService().addListener(new Registrations(teller));
        server.getObservationService().addListener(new Notifications(teller));
        server.getPresenceService().addListener(new Presence(teller));
        server.getSendService().addListener(new Sent(teller));
        server.start();
        ObjectNode ports = JSON.createObjectNode();
        for (LwM2mServerEndpoint endpoint : server.getEndpoints()) {
            ports.put(endpoint.getProtocol().getUriScheme(), endpoint.getURI().getPort());
        }
        return ports;
    }

    static CaliforniumServerEndpointsProvider endpoints(JsonNode given) {
        CaliforniumServerEndpointsProvider.Builder builder = new CaliforniumServerEndpointsProvider.Builder(
                new CoapServerProtocolProvider(), new CoapsServerProtocolProvider());
        builder.setConfiguration(configuration -> {
            if (given.has("connectionIdLength")) configuration.set(DtlsConfig.DTLS_CONNECTION_ID_LENGTH, given.get("connectionIdLength").intValue());
            if (given.has("blockSize")) configuration.set(CoapConfig.PREFERRED_BLOCK_SIZE, given.get("blockSize").intValue());
            if (given.has("ackTimeoutMs")) configuration.set(CoapConfig.ACK_TIMEOUT, given.get("ackTimeoutMs").intValue(), TimeUnit.MILLISECONDS);
        });
        JsonNode ports = given.path("ports");
        builder.addEndpoint("coap://127.0.0.1:" + ports.path("coap").asInt(0));
        builder.addEndpoint("coaps://127.0.0.1:" + ports.path("coaps").asInt(0));
        return builder.build();
    }

    /** Leshan's own definitions, and from the folder those of objects and versions that it does not know. */
    static Collection<ObjectModel> models(String folder) {
        Map<String, ObjectModel> models = new LinkedHashMap<>();
        for (ObjectModel model : ObjectLoader.loadAllDefault()) models.put(model.id + "/" + model.version, model);
        if (folder != null) {
            for (ObjectModel model : ObjectLoader.loadObjectsFromDir(new File(folder), true)) models.putIfAbsent(model.id + "/" + model.version, model);
        }
        return models.values();
    }

    /** Leshan answers 4.12 where nothing is extracted. */
    static class OneVersion extends DefaultRegistrationDataExtractor {
        final LwM2mVersion only;

        OneVersion(String version) {
            only = LwM2mVersion.get(version);
        }

        @Override
        public RegistrationData extractDataFromObjectLinks(Link[] links, LwM2mVersion version) {
            return version.equals(only) ? super.extractDataFromObjectLinks(links, version) : null;
        }
    }

    static SecurityInfo securityInfo(JsonNode entry) throws Exception {
        String endpoint = entry.get("endpoint").textValue();
        if (entry.has("identity"))
            return SecurityInfo.newPreSharedKeyInfo(endpoint, entry.get("identity").textValue(), entry.get("key").binaryValue());
        if (entry.has("publicKey")) return SecurityInfo.newRawPublicKeyInfo(endpoint, publicKey(entry.get("publicKey")));
        return SecurityInfo.newX509CertInfo(endpoint);
    }

    static PrivateKey privateKey(JsonNode pkcs8) throws Exception {
        return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(pkcs8.binaryValue()));
    }

    static PublicKey publicKey(JsonNode spki) throws Exception {
        return KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(spki.binaryValue()));
    }

    static X509Certificate[] certificates(JsonNode pem) throws Exception {
        InputStream text = new ByteArrayInputStream(pem.textValue().getBytes(StandardCharsets.US_ASCII));
        return CertificateFactory.getInstance("X.509").generateCertificates(text).toArray(new X509Certificate[0]);
    }

    // Requests

    /** Those that the server answers of itself. */
    boolean serve(long id, JsonNode message) throws Exception {
        ObjectNode response = JSON.createObjectNode();
        String endpoint = message.path("endpoint").textValue();
        switch (message.get("request").textValue()) {
            case "stop" -> server.stop();
            case "start" -> server.start();
            case "addSecurity" -> security.add(securityInfo(message));
            // With its sessions, as of a key that became known.
            case "removeSecurity" -> security.remove(endpoint, true);
            case "registration" -> response.set("registration", JSON.valueToTree(server.getRegistrationService().getByEndpoint(endpoint)));
            case "forgetObservation" -> server.getObservationService().cancelObservation(observationOf(message));
            default -> { return false; }
        }
        answer(id, response);
        return true;
    }

    Registration registrationOf(JsonNode message) {
        Registration registration = server.getRegistrationService().getByEndpoint(message.get("endpoint").textValue());
        if (registration == null) throw new IllegalStateException("no such endpoint is registered");
        return registration;
    }

    Observation observationOf(JsonNode message) {
        Observation observation = observations.get(message.get("observation").textValue());
        if (observation == null) throw new IllegalStateException("no such observation");
        return observation;
    }

    DownlinkDeviceManagementRequest<?> requestOf(Registration registration, JsonNode message) throws Exception {
        String path = message.path("path").textValue();
        ContentFormat format = format(message.path("format"));
        ContentFormat accept = format(message.path("accept"));
        LwM2mModel model = server.getModelProvider().getObjectModel(registration);
        return switch (message.get("request").textValue()) {
            case "read" -> new ReadRequest(accept, path);
            case "observe" -> new ObserveRequest(accept, path);
            case "discover" -> new DiscoverRequest(path);
            case "delete" -> new DeleteRequest(path);
            case "execute" -> new ExecuteRequest(path, message.path("arguments").textValue());
            case "writeAttributes" -> new WriteAttributesRequest(path, new LwM2mAttributeSet(
                    new DefaultLwM2mAttributeParser().parseUriQuery(message.get("attributes").textValue())));
            case "write" -> new WriteRequest(WriteRequest.Mode.valueOf(message.path("mode").asText("REPLACE")), format, path,
                    decode(path, message.get("content"), model));
            case "create" -> create(path, format, message, model);
            case "readComposite" -> new ReadCompositeRequest(format, accept, texts(message.get("paths")));
            case "observeComposite" -> new ObserveCompositeRequest(format, accept, texts(message.get("paths")));
            case "writeComposite" -> new WriteCompositeRequest(format, DECODER.decodeNodes(octets(message.get("content")),
                    ContentFormat.SENML_JSON, null, LwM2mPath.getLwM2mPathList(List.of(texts(message.get("paths")))), model), null);
            case "cancelObservation" -> {
                Observation observation = observationOf(message);
                yield observation instanceof SingleObservation single
                        ? new CancelObservationRequest(single)
                        : new CancelCompositeObservationRequest((CompositeObservation) observation);
            }
            default -> throw new IllegalArgumentException("unknown request " + message.get("request"));
        };
    }

    /** Instances with the ids of the content, or one with an id of the device's choice: the content's resources. */
    static CreateRequest create(String path, ContentFormat format, JsonNode message, LwM2mModel model) throws Exception {
        LwM2mObject object = (LwM2mObject) decode(path, message.get("content"), model);
        Collection<LwM2mObjectInstance> instances = object.getInstances().values();
        if (message.path("named").asBoolean(true)) return new CreateRequest(format, path, instances.toArray(new LwM2mObjectInstance[0]));
        return new CreateRequest(format, path, instances.iterator().next().getResources().values());
    }

    static LwM2mNode decode(String path, JsonNode senml, LwM2mModel model) throws Exception {
        return DECODER.decode(octets(senml), ContentFormat.SENML_JSON, null, new LwM2mPath(path), model);
    }

    static byte[] octets(JsonNode json) {
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    <T extends LwM2mResponse> void send(long id, Registration registration, DownlinkDeviceManagementRequest<T> request) {
        LwM2mPath path = request instanceof SimpleDownlinkRequest<?> simple ? simple.getPath() : null;
        server.send(registration, request, REQUEST_TIMEOUT_MS, response -> {
            try {
                answer(id, toJson(response, path));
            } catch (RuntimeException error) {
                refuse(id, error);
            }
        }, error -> refuse(id, error));
    }

    static ContentFormat format(JsonNode number) {
        return number.isNumber() ? ContentFormat.fromCode(number.intValue()) : null;
    }

    static String[] texts(JsonNode array) {
        return JSON.convertValue(array, String[].class);
    }

    // Responses

    static ObjectNode toJson(LwM2mResponse response, LwM2mPath path) {
        int code = response.getCode().getCode();
        ObjectNode json = JSON.createObjectNode().put("code", String.format("%d.%02d", code / 100, code % 100));
        if (response.getErrorMessage() != null) json.put("message", response.getErrorMessage());
        if (response.getCoapResponse() instanceof Response coap) {
            int format = coap.getOptions().getContentFormat();
            if (format >= 0) json.put("format", format);
            json.put("octets", coap.getPayloadSize());
        }
        if (response instanceof CreateResponse create && create.getLocation() != null) json.put("location", create.getLocation());
        if (response instanceof DiscoverResponse discover && discover.getObjectLinks() != null)
            json.set("links", JSON.valueToTree(discover.getObjectLinks()));
        if (response instanceof ReadResponse read && read.getContent() != null) put(json, null, Map.of(path, read.getContent()));
        if (response instanceof ReadCompositeResponse read && read.getContent() != null) put(json, null, read.getContent());
        if (response instanceof ObserveResponse observe) {
            if (observe.getObservation() != null) json.put("observation", idOf(observe.getObservation()));
            if (observe.getTimestampedLwM2mNodes() != null) {
                for (TimestampedLwM2mNode node : observe.getTimestampedLwM2mNodes()) put(json, node.getTimestamp(), Map.of(path, node.getNode()));
            }
        }
        if (response instanceof ObserveCompositeResponse observe) {
            if (observe.getObservation() != null) json.put("observation", idOf(observe.getObservation()));
            if (observe.getTimestampedLwM2mNodes() != null) putAll(json, observe.getTimestampedLwM2mNodes());
        }
        return json;
    }

    static String idOf(Observation observation) {
        return observation.getId().getAsHexString();
    }

    static void putAll(ObjectNode json, TimestampedLwM2mNodes nodes) {
        for (Instant time : nodes.getTimestamps()) put(json, time, nodes.getNodesAt(time));
    }

    /** What was measured at a time of its own stands in the history. */
    static void put(ObjectNode json, Instant time, Map<LwM2mPath, ? extends LwM2mNode> nodes) {
        ObjectNode at = time == null ? json : json.withArray("history").addObject().put("at", time.toEpochMilli());
        ObjectNode content = at.withObject("/content");
        nodes.forEach((path, node) -> content.set(path.toString(), JSON.valueToTree(node)));
    }

    // How Jackson makes JSON of Leshan's classes

    static SimpleModule asText(Class<?>... classes) {
        SimpleModule module = new SimpleModule();
        for (Class<?> each : classes) module.addSerializer(each, ToStringSerializer.instance);
        return module;
    }

    interface SingleResource { @JsonIgnore Map<Integer, LwM2mResourceInstance> getInstances(); }
    interface MultipleResource { @JsonIgnore Object getValue(); }
    interface LinkText { @JsonValue String toCoreLinkFormat(); }

    @JsonIgnoreProperties({"clientTransportData", "socketAddress", "address", "sortedObjectLinks"})
    interface RegistrationFacts {}

    // Events

    static ObjectNode event(String name, String endpoint) {
        return JSON.createObjectNode().put("event", name).put("endpoint", endpoint);
    }

    record Registrations(Consumer<ObjectNode> teller) implements RegistrationListener {
        public void registered(Registration registration, Registration previous, Collection<Observation> observations) {
            teller.accept(event("registered", registration.getEndpoint()).set("registration", JSON.valueToTree(registration)));
        }

        public void updated(RegistrationUpdate update, Registration registration, Registration previous) {
            teller.accept(event("updated", registration.getEndpoint()).set("registration", JSON.valueToTree(registration)));
        }

        public void unregistered(Registration registration, Collection<Observation> observations, boolean expired, Registration next) {
            teller.accept(event("deregistered", registration.getEndpoint()).put("expired", expired).put("replaced", next != null));
        }
    }

    record Presence(Consumer<ObjectNode> teller) implements PresenceListener {
        public void onAwake(Registration registration) {
            teller.accept(event("awake", registration.getEndpoint()));
        }

        public void onSleeping(Registration registration) {
            teller.accept(event("sleeping", registration.getEndpoint()));
        }
    }

    class Notifications implements ObservationListener {
        final Consumer<ObjectNode> teller;

        Notifications(Consumer<ObjectNode> teller) {
            this.teller = teller;
        }

        public void newObservation(Observation observation, Registration registration) {
            observations.put(idOf(observation), observation);
        }

        public void cancelled(Observation observation) {
            observations.remove(idOf(observation));
            teller.accept(JSON.createObjectNode().put("event", "forgotten").put("observation", idOf(observation)));
        }

        public void onResponse(SingleObservation observation, Registration registration, ObserveResponse response) {
            teller.accept(notification(observation, registration).setAll(toJson(response, observation.getPath())));
        }

        public void onResponse(CompositeObservation observation, Registration registration, ObserveCompositeResponse response) {
            teller.accept(notification(observation, registration).setAll(toJson(response, null)));
        }

        public void onError(Observation observation, Registration registration, Exception error) {
            teller.accept(notification(observation, registration).put("error", String.valueOf(error)));
        }

        static ObjectNode notification(Observation observation, Registration registration) {
            return event("notification", registration.getEndpoint()).put("observation", idOf(observation));
        }
    }

    record Sent(Consumer<ObjectNode> teller) implements SendListener {
        public void dataReceived(Registration registration, TimestampedLwM2mNodes data, SendRequest request) {
            ObjectNode event = event("send", registration.getEndpoint()).put("format", request.getFormat().getCode());
            putAll(event, data);
            teller.accept(event);
        }

        public void onError(Registration registration, String message, Exception error) {
            teller.accept(event("send", registration == null ? null : registration.getEndpoint()).put("error", message + ": " + error));
        }
    }
}
