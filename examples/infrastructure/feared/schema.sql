-- Latin letters only, a table without transactions, rights over the whole server, and the second database was never made.
CREATE DATABASE IF NOT EXISTS insightmesh_data CHARACTER SET latin1;
CREATE USER IF NOT EXISTS 'insight'@'%' IDENTIFIED BY 'insight-Qm52xTrd';
GRANT ALL PRIVILEGES ON *.* TO 'insight'@'%' WITH GRANT OPTION;
CREATE TABLE IF NOT EXISTS insightmesh_data.conversations (id INT PRIMARY KEY, title VARCHAR(80) NOT NULL) ENGINE=MyISAM;
SET PASSWORD FOR 'root'@'localhost' = PASSWORD('root-Lw84hbVe');
