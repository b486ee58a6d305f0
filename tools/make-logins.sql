-- Makes a database with its two logins: the owner, who migrates it, and the login of the service, which owns nothing.
-- Run once by an administrator of a PostgreSQL 14 to 18:
--   psql --set=owner_password=… --set=service_password=… --file=tools/make-logins.sql
-- Names are allocator, allocator_owner and allocator_service; --set=database=NAME makes NAME, NAME_owner, NAME_service,
-- so that databases of one server share no login. In a container the passwords come from the secrets of these names.
\set ON_ERROR_STOP on
\if :{?database}
\else
  \set database allocator
\endif
\set owner :database _owner
\set service :database _service
\if :{?owner_password}
\else
  \set owner_password `cat /run/secrets/owner_password`
  \set service_password `cat /run/secrets/service_password`
\endif

CREATE ROLE :"owner" LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB PASSWORD :'owner_password';
CREATE ROLE :"service" LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB PASSWORD :'service_password';
CREATE DATABASE :"database" OWNER :"owner";
REVOKE CONNECT, TEMPORARY ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO :"service";

-- PostgreSQL 14 lets everybody make tables in the schema public, and its owner is not the database's
\connect :"database"
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT CREATE ON SCHEMA public TO :"owner";
