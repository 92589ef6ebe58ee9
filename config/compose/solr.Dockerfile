# Solr with the portal's core: the same schema and settings as with bin/up, derived from the CKAN
# of the portal's image, which is built first. Built from the checkout:
#   docker build -f config/compose/solr.Dockerfile -t territoires-solr .
ARG PORTAL=territoires
FROM ${PORTAL} AS portal
RUN python config/solr/derive_schema.py > /opt/schema.xml

FROM maven:3-eclipse-temurin-17 AS jars
COPY config/solr/pom.xml config/solr/jars.sha256 /build/
WORKDIR /build
RUN mvn --batch-mode --strict-checksums --quiet dependency:copy-dependencies \
      -DincludeArtifactIds=jts-core -DexcludeTransitive=true -DoutputDirectory=/jars \
 && grep jts-core jars.sha256 > /jars/sum \
 && cd /jars && sha256sum --check sum && rm sum

FROM solr:9.10-slim
# JTS, for polygons, belongs beside Solr's own jars.
COPY --from=jars /jars/ /opt/solr/server/solr-webapp/webapp/WEB-INF/lib/
COPY config/solr/core/ /opt/territoires/conf/
COPY --from=portal /opt/schema.xml /opt/territoires/conf/schema.xml
CMD ["solr-precreate", "ckan", "/opt/territoires"]
