CREATE DATABASE IF NOT EXISTS insightmesh_data CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE DATABASE IF NOT EXISTS insightmesh_task CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE USER IF NOT EXISTS 'insight'@'%' IDENTIFIED BY 'insight-Qm52xTrd';
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE TEMPORARY TABLES ON insightmesh_data.* TO 'insight'@'%';
GRANT SELECT, INSERT, UPDATE, DELETE, CREATE TEMPORARY TABLES ON insightmesh_task.* TO 'insight'@'%';
CREATE TABLE IF NOT EXISTS insightmesh_data.conversations (id INT PRIMARY KEY, title VARCHAR(80) NOT NULL) ENGINE=InnoDB;
CREATE TABLE IF NOT EXISTS insightmesh_data.messages (id INT PRIMARY KEY, conversation INT NOT NULL, FOREIGN KEY (conversation) REFERENCES insightmesh_data.conversations (id)) ENGINE=InnoDB;
CREATE TABLE IF NOT EXISTS insightmesh_task.tasks (id INT PRIMARY KEY, title VARCHAR(80) NOT NULL) ENGINE=InnoDB;
SET PASSWORD FOR 'root'@'localhost' = PASSWORD('root-Lw84hbVe');
