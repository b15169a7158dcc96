/*
 * Eclipse Leshan's bootstrap server, driven by lines of JSON: each line of standard input is a message with an "id",
 * {"id":1,"configure":{…}} or {"id":2,"bootstrap":{endpoint:what it gets}}; its answer, {"id":1,"response":{…}} or
 * {"id":1,"error":"…"}, and what happens meanwhile, {"event":"started","server":1,…}, are the lines of standard output.
 * It ends with its input. What an endpoint gets is a BootstrapConfig of Leshan, octets in base64.
 */
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.io.*;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.*;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.eclipse.californium.scandium.config.DtlsConfig;
import org.eclipse.leshan.core.link.Link;
import org.eclipse.leshan.core.node.*;
import org.eclipse.leshan.core.peer.LwM2mPeer;
import org.eclipse.leshan.core.request.*;
import org.eclipse.leshan.core.response.*;
import org.eclipse.leshan.core.util.datatype.ULong;
import org.eclipse.leshan.server.bootstrap.*;
import org.eclipse.leshan.server.bootstrap.endpoint.LwM2mBootstrapServerEndpoint;
import org.eclipse.leshan.server.californium.bootstrap.endpoint.CaliforniumBootstrapServerEndpointsProvider;
import org.eclipse.leshan.server.californium.bootstrap.endpoint.coap.CoapBootstrapServerProtocolProvider;
import org.eclipse.leshan.server.californium.bootstrap.endpoint.coaps.CoapsBootstrapServerProtocolProvider;
import org.eclipse.leshan.server.security.*;

public class Bootstrap {
    static final ObjectMapper JSON = new ObjectMapper()
            .addMixIn(LwM2mSingleResource.class, SingleResource.class)
            .addMixIn(LwM2mMultipleResource.class, MultipleResource.class)
            .addMixIn(Link.class, LinkText.class)
            .registerModule(new SimpleModule()
                    .addSerializer(Long.class, ToStringSerializer.instance)
                    .addSerializer(ULong.class, ToStringSerializer.instance)
                    .addDeserializer(ULong.class, new NumberReader<>(ULong.class, ULong::valueOf))
                    .addDeserializer(ContentFormat.class, new NumberReader<>(ContentFormat.class, number -> ContentFormat.fromCode((int) number))));

    LeshanBootstrapServer server;
    /** How many servers there were: each tells its events with its number, as one may still tell when the next is there. */
    int servers;
    final Map<String, Provision> provisions = new ConcurrentHashMap<>();

    /** What an endpoint gets, and paths (of objects 1 and 2) that are read after it was written. */
    static class Provision extends BootstrapConfig {
        public List<String> toRead = List.of();
    }

    public static void main(String[] args) throws Exception {
        Bootstrap bootstrap = new Bootstrap();
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        print(JSON.createObjectNode().put("event", "ready"));
        for (String line; (line = input.readLine()) != null; ) {
            bootstrap.take(JSON.readTree(line));
        }
        System.exit(0);
    }

    static synchronized void print(ObjectNode message) {
        System.out.println(message);
        System.out.flush();
    }

    void take(JsonNode message) {
        ObjectNode answer = JSON.createObjectNode().put("id", message.get("id").longValue());
        try {
            ObjectNode response = JSON.createObjectNode();
            if (message.has("configure")) response = configure(message.get("configure"));
            else setProvisions(message.get("bootstrap"));
            print(answer.set("response", response));
        } catch (Exception error) {
            print(answer.put("error", error.getClass().getSimpleName() + ": " + error.getMessage()));
        }
    }

    /** A server in place of the one before, which is gone without a word to anybody. */
    ObjectNode configure(JsonNode given) throws Exception {
        int number = ++servers;
        if (server != null) server.destroy();
        setProvisions(given.path("bootstrap"));
        LeshanBootstrapServerBuilder builder = new LeshanBootstrapServerBuilder();
        builder.setTaskProvider(new Steps());
        if (given.has("security")) {
            InMemorySecurityStore security = new InMemorySecurityStore();
            for (JsonNode entry : given.get("security")) security.add(securityInfo(entry));
            builder.setSecurityStore(new BootstrapSecurityStoreAdapter(security));
        }
        if (given.has("privateKey")) builder.setPrivateKey(privateKey(given.get("privateKey")));
        if (given.has("publicKey")) builder.setPublicKey(publicKey(given.get("publicKey")));
        if (given.has("chain")) builder.setCertificateChain(certificates(given.get("chain")));
        if (given.has("trusted")) builder.setTrustedCertificates(certificates(given.get("trusted")));
        builder.setEndpointsProviders(endpoints(given));
        server = builder.build();
        server.addListener(new Sessions(event -> print(event.put("server", number))));
        server.start();
        ObjectNode ports = JSON.createObjectNode();
        for (LwM2mBootstrapServerEndpoint endpoint : server.getEndpoints()) {
            ports.put(endpoint.getURI().getScheme(), endpoint.getURI().getPort());
        }
        return ports;
    }

    static CaliforniumBootstrapServerEndpointsProvider endpoints(JsonNode given) throws Exception {
        CaliforniumBootstrapServerEndpointsProvider.Builder builder = new CaliforniumBootstrapServerEndpointsProvider.Builder(
                new CoapBootstrapServerProtocolProvider(), new CoapsBootstrapServerProtocolProvider());
        builder.setConfiguration(configuration -> {
            if (given.has("connectionIdLength")) configuration.set(DtlsConfig.DTLS_CONNECTION_ID_LENGTH, given.get("connectionIdLength").intValue());
        });
        JsonNode ports = given.path("ports");
        builder.addEndpoint(URI.create("coap://127.0.0.1:" + ports.path("coap").asInt(0)));
        builder.addEndpoint(URI.create("coaps://127.0.0.1:" + ports.path("coaps").asInt(0)));
        return builder.build();
    }

    void setProvisions(JsonNode given) {
        provisions.clear();
        given.fields().forEachRemaining(field -> provisions.put(field.getKey(), JSON.convertValue(field.getValue(), Provision.class)));
    }

    /** As Leshan does from a configuration, and then the reads. */
    class Steps extends BootstrapConfigStoreTaskProvider {
        Steps() {
            super(session -> provisions.get(session.getEndpoint()));
        }

        @Override
        public Tasks getTasks(BootstrapSession session, List<LwM2mResponse> previous) {
            Tasks tasks = super.getTasks(session, previous);
            if (tasks == null || !tasks.last) return tasks;
            for (String path : provisions.get(session.getEndpoint()).toRead) tasks.requestsToSend.add(new BootstrapReadRequest(path));
            return tasks;
        }
    }

    static SecurityInfo securityInfo(JsonNode entry) throws Exception {
        String endpoint = entry.get("endpoint").textValue();
        if (entry.has("identity")) return SecurityInfo.newPreSharedKeyInfo(endpoint, entry.get("identity").textValue(), entry.get("key").binaryValue());
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

    // Events

    static class Sessions extends BootstrapSessionAdapter {
        final Consumer<ObjectNode> teller;

        Sessions(Consumer<ObjectNode> teller) {
            this.teller = teller;
        }

        @Override
        public void sessionInitiated(BootstrapRequest request, LwM2mPeer client) {
            ContentFormat preferred = request.getPreferredContentFormat();
            ObjectNode event = event("started", request.getEndpointName());
            if (preferred != null) event.put("preferredFormat", preferred.getCode());
            teller.accept(event);
        }

        @Override
        public void onResponseSuccess(BootstrapSession session, BootstrapDownlinkRequest<? extends LwM2mResponse> request, LwM2mResponse response) {
            answered(session, request, response);
        }

        @Override
        public void onResponseError(BootstrapSession session, BootstrapDownlinkRequest<? extends LwM2mResponse> request, LwM2mResponse response) {
            answered(session, request, response);
        }

        @Override
        public void onRequestFailure(BootstrapSession session, BootstrapDownlinkRequest<? extends LwM2mResponse> request, Throwable cause) {
            teller.accept(event("answered", session.getEndpoint()).put("request", nameOf(request)).put("error", String.valueOf(cause)));
        }

        @Override
        public void end(BootstrapSession session) {
            teller.accept(event("finished", session.getEndpoint()));
        }

        @Override
        public void failed(BootstrapSession session, BootstrapFailureCause cause) {
            teller.accept(event("failed", session.getEndpoint()).put("cause", cause.name()));
        }

        @Override
        public void unAuthorized(BootstrapRequest request, LwM2mPeer client) {
            teller.accept(event("failed", request.getEndpointName()).put("cause", BootstrapFailureCause.UNAUTHORIZED.name()));
        }

        void answered(BootstrapSession session, BootstrapDownlinkRequest<?> request, LwM2mResponse response) {
            int code = response.getCode().getCode();
            ObjectNode event = event("answered", session.getEndpoint()).put("request", nameOf(request))
                    .put("code", String.format("%d.%02d", code / 100, code % 100)).put("message", response.getErrorMessage());
            if (request.getPath() != null) event.put("path", request.getPath().toString());
            if (response instanceof BootstrapDiscoverResponse discover) event.set("links", JSON.valueToTree(discover.getObjectLinks()));
            if (response instanceof BootstrapReadResponse read && read.getContent() != null) {
                event.putObject("content").set(request.getPath().toString(), JSON.valueToTree(read.getContent()));
            }
            teller.accept(event);
        }

        /** `write` of a BootstrapWriteRequest. */
        static String nameOf(BootstrapDownlinkRequest<?> request) {
            return request.getClass().getSimpleName().replaceAll("^Bootstrap|Request$", "").toLowerCase(Locale.ROOT);
        }

        static ObjectNode event(String name, String endpoint) {
            return JSON.createObjectNode().put("event", name).put("endpoint", endpoint);
        }
    }

    // How Jackson makes JSON of Leshan's classes, and Leshan's classes of JSON

    interface SingleResource { @JsonIgnore Map<Integer, LwM2mResourceInstance> getInstances(); }
    interface MultipleResource { @JsonIgnore Object getValue(); }
    interface LinkText { @JsonValue String toCoreLinkFormat(); }

    static class NumberReader<T> extends StdDeserializer<T> {
        final transient LongFunction<T> make;

        NumberReader(Class<T> type, LongFunction<T> make) {
            super(type);
            this.make = make;
        }

        @Override
        public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            return make.apply(parser.getLongValue());
        }
    }
}
